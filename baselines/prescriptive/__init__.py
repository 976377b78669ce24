"""Policies that follow written rules for each asset, and say why (`docs/prescriptive.md`)."""
