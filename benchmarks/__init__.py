"""Comparison of policies, reports, speed measurements and the command line."""
