"""Policies that are learned."""
