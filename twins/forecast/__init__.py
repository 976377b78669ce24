"""Forecasts of a load: forests, boosted trees and the seasonal naive one, with quantiles.

Needs the extra `identify`. `docs/forecast.md` says how they are made and judged.
"""
