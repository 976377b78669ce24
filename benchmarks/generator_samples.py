"""Samples of a day of a plant, drawn from the shipped days before it."""

from __future__ import annotations

import numpy as np

from ..twins.errors import InputError
from ..twins.generators import BELGIUM, fit_once, make_generator
from ..twins.generators.base import Progress
from ..twins.markets import load_scenarios
from ..twins.plant_toml import load_plant
from ..twins.scenarios import Scenarios

CSV_HEADER = "sample,weight,step,pv_kw,wind_kw"


def drawn_samples(
    plant: str,
    date: str,
    n: int,
    generator: str,
    market: str,
    step_minutes: int,
    *,
    seed: int,
    progress: Progress,
) -> Scenarios:
    """What a day may become, by a generator that has seen the days before it.

    A generator that was fitted to the same days before is read from `default_folder()`.

    Args:
        plant: name of a shipped plant, or a TOML file.
        date: of the day.
        n: how many samples.
        generator: its name.
        market: whose days are taken.
        step_minutes: length of a step [min].
        seed: of the samples.
        progress: is told the share of a training that is done.

    Raises:
        InputError: a name, a date or a number that cannot be used.
        MissingExtraError: without the packages that the generator needs.
    """
    days = load_scenarios(load_plant(plant), market, step_minutes)
    index = days.index_of(date)
    if not index:
        raise InputError("date", date, "give a later day; there is none before it to learn from")
    made = make_generator(generator, site=BELGIUM, progress=progress)
    fitted = fit_once(made, days.take(np.arange(index)))
    return fitted.sample(n, days.day(index), np.random.default_rng(seed))


def as_csv(samples: Scenarios) -> str:
    """A line a sample and step: weight of the sample, step of the day, power [kW]."""
    nothing = np.zeros((samples.n_days, samples.n_steps))
    pv_kw, wind_kw = (samples.series.get(name, nothing) for name in ("pv_kw", "wind_kw"))
    lines = [CSV_HEADER]
    for sample, weight in enumerate(samples.weight.tolist()):
        for step in range(samples.n_steps):
            power = f"{pv_kw[sample, step]:.3f},{wind_kw[sample, step]:.3f}"
            lines.append(f"{sample},{weight:.9g},{step},{power}")
    return "\n".join(lines) + "\n"
