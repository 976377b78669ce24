"""Random production lines of the kind of the PSI plants, to prove an identification on.

Each is a row of stages with stores between them, as the cement mill and the steel-powder plant of
Lyu et al. 2024: every stage runs or stands, every store is part full in the morning and must be so
again in the evening, and the last store takes the day's target.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from ..errors import InputError
from ..plant import Material, Mode, Site, StnPlant, Task
from ..plant_toml import load_plant
from ..stn_tables import Floats
from .forward import cheapest_days

MIN_STAGES, MAX_STAGES = 3, 6

_DAY_H = 24
_TARGET_T = (100.0, 10_000.0)
_TOTAL_POWER_KW = (200.0, 40_000.0)
_RUN_H = (5.0, 22.0)
_BOTTLENECK_H = (18.0, 22.0)
_POWER_SPREAD = 10.0
_STORE_H = (0.5, 8.0)
_MAX_RUN_H = 23
_MIN_MISSING_H = 0.05
_SHORTFALL_COST_PER_KWH = 100.0  # of all stages: hours missing cost far more than energy ever does
_CHECK_NODES = 100


def random_line(seed: int, stages: int | None = None) -> StnPlant:
    """Draw a line; the same seed gives the same line.

    Powers lie within a factor of ten. A stage runs 5 to 23 hours a day, one of them at least 18.
    Reserve and headroom of a store are drawn apart, each half an hour to eight hours of the faster
    of its two stages. Lines that cannot make their target are drawn again.

    Args:
        seed: of the line, 0 or more.
        stages: 3 to 6; drawn if None.

    Raises:
        InputError: a seed or a number of stages out of range.
    """
    if seed < 0:
        raise InputError("seed", seed, "use 0 or more")
    if stages is not None and not MIN_STAGES <= stages <= MAX_STAGES:
        raise InputError("stages", stages, f"use {MIN_STAGES} to {MAX_STAGES}, or None")
    rng = np.random.default_rng(seed)
    count = stages or int(rng.integers(MIN_STAGES, MAX_STAGES + 1))
    while True:
        target_t = float(_rounded(_log_uniform(rng, _TARGET_T)))
        rates_t_per_h = _rounded(target_t / _drawn_hours(rng, count))
        powers_kw = _drawn_powers(rng, count)
        stores_t = _drawn_stores(rng, rates_t_per_h)
        if _hours_fit(rates_t_per_h, target_t):
            line = _line(f"random_line_{seed}", target_t, rates_t_per_h, powers_kw, stores_t)
            if _meets_its_target(line):
                return line


def _log_uniform(
    rng: np.random.Generator, limits: tuple[float, float], size: int | tuple[int, ...] = ()
) -> Floats:
    low, high = np.log(limits)
    return np.asarray(np.exp(rng.uniform(low, high, size)))


def _rounded(values: ArrayLike) -> Floats:
    """Numbers with three significant digits."""
    return np.array([float(f"{value:.3g}") for value in np.ravel(values)]).reshape(np.shape(values))


def _drawn_hours(rng: np.random.Generator, count: int) -> Floats:
    """Hours a day for which each stage must run; one of them hardly ever stands."""
    hours = rng.uniform(*_RUN_H, count)
    hours[rng.integers(count)] = rng.uniform(*_BOTTLENECK_H)
    return hours


def _drawn_powers(rng: np.random.Generator, count: int) -> Floats:
    shares = _log_uniform(rng, (1.0, _POWER_SPREAD), count)
    return _rounded(_log_uniform(rng, _TOTAL_POWER_KW) * shares / shares.sum())


def _drawn_stores(rng: np.random.Generator, rates_t_per_h: Floats) -> Floats:
    """Reserve and headroom of each store between two stages [count - 1, 2]."""
    faster = np.maximum(rates_t_per_h[:-1], rates_t_per_h[1:])
    return _rounded(faster[:, None] * _log_uniform(rng, _STORE_H, (len(faster), 2)))


def _hours_fit(rates_t_per_h: Floats, target_t: float) -> bool:
    """Whether whole hours meet the target in a day, and an hour less misses it by far.

    What a stage makes in whole hours is what the stage before it must make at least. An hour that
    is needed for next to nothing would rather be paid for as a shortfall.
    """
    needed_t = target_t
    for rate in rates_t_per_h[::-1]:
        hours = int(np.ceil(needed_t / rate))
        if hours > _MAX_RUN_H or needed_t / rate - (hours - 1) < _MIN_MISSING_H:
            return False
        needed_t = hours * rate
    return True


def _line(
    name: str, target_t: float, rates_t_per_h: Floats, powers_kw: Floats, stores_t: Floats
) -> StnPlant:
    outputs = [f"store_{i}" for i in range(1, len(rates_t_per_h))] + ["product"]
    rates, powers = rates_t_per_h.tolist(), powers_kw.tolist()
    energy_kwh_per_t = sum(power / rate for power, rate in zip(powers, rates, strict=True))
    shortfall_cost = float(_rounded(_SHORTFALL_COST_PER_KWH * energy_kwh_per_t))
    stores = [
        Material(output, 0.0, _plain(reserve + headroom), reserve, reserve, shortfall_cost)
        for output, (reserve, headroom) in zip(outputs[:-1], stores_t.tolist(), strict=True)
    ]
    product = Material("product", 0.0, _plain(_DAY_H * rates[-1]), 0.0, target_t, shortfall_cost)
    modes = [
        Mode(power, {before: rate} if before else {}, {output: rate})
        for power, rate, (before, output) in zip(
            powers, rates, pairwise(["", *outputs]), strict=True
        )
    ]
    return StnPlant(
        name=name,
        currency="EUR",
        materials=(*stores, product),
        tasks=tuple(Task(f"stage_{i}", (mode,)) for i, mode in enumerate(modes, start=1)),
        site=Site(import_limit_kw=_plain(1.1 * sum(powers))),
        tariff=load_plant("cement_mill").tariff,
        same_step_transfer=True,
        horizon_h=_DAY_H,
        sources={"plant": f"drawn by random_line, {name}"},
    )


def _plain(value: float) -> float:
    """A sum or product of plain numbers without its rounding error."""
    return float(f"{value:.9g}")


def _meets_its_target(line: StnPlant) -> bool:
    """Whether nothing need be missing in the evening, found soon where energy costs nothing."""
    (day,) = cheapest_days(line, np.zeros((1, _DAY_H)), node_limit=_CHECK_NODES)
    return day.cost_parts["shortfall"] < 1e-6
