"""Policies that follow rules or plan with an optimiser."""
