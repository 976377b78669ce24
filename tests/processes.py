"""Hypothesis strategies for processes of every kind, and their private parameters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from plantgym.twins.csv_file import Floats
from plantgym.twins.errors import InputError
from plantgym.twins.identify.parameters import Parameters, day_output_t, to_plant
from plantgym.twins.identify.process import PartLoad, Process, Stage

_outputs = st.floats(0.01, 100.0)
_masses = st.floats(0.05, 5.0)
_words = st.text("abcXYZ_ .\"'é", min_size=1, max_size=6)


@st.composite
def _part_loads(draw: st.DrawFn) -> tuple[PartLoad, ...]:
    shares = draw(st.lists(st.floats(0.1, 0.9), max_size=2, unique=True))
    return tuple(PartLoad(share, draw(_outputs)) for share in sorted(shares))


@st.composite
def processes(draw: st.DrawFn) -> Process:
    """Lines and graphs (assembly, split, by-products) of 1 to 5 stages."""
    names = draw(st.lists(_words, min_size=1, max_size=5, unique=True))
    in_graph, stages = draw(st.booleans()), []
    made: list[str] = []
    for j, name in enumerate(names):
        consumes, produces = {}, {}
        if in_graph:
            sources = st.lists(st.sampled_from([*made, "ore"]), max_size=3, unique=True)
            consumes = {source: draw(_masses) for source in draw(sources)}
            outputs = [f"m{j}", *([f"by{j}"] if draw(st.booleans()) else [])]
            produces = {output: draw(_masses) for output in outputs}
            made += outputs
        stages.append(Stage(name, draw(_outputs), consumes, produces, draw(_part_loads())))
    return Process(
        draw(_words),
        draw(st.sampled_from(["t", "piece"])),
        tuple(stages),
        draw(st.sampled_from(["EUR", "USD"])),
        draw(st.booleans()),
        draw(st.dictionaries(_words, _words, max_size=2)),
    )


@st.composite
def parameters(draw: st.DrawFn, process: Process) -> Parameters:
    """Parameters of a process, with targets that are in reach."""
    product = np.array([name in process.products for name in process.materials])

    def values(count: int, low: float, high: float) -> Floats:
        return np.array(draw(st.lists(st.floats(low, high), min_size=count, max_size=count)))

    power_kw = values(len(process.stages), 1.0, 1e4)
    most_t = day_output_t(process, power_kw)
    drawn = Parameters(
        power_kw,
        np.where(product, most_t, values(len(product), 0.0, 1e3)),
        np.where(product, 0.0, values(len(product), 0.0, 1e3)),
        np.where(product, most_t * values(len(product), 0.0, 1.0), 0.0),
        draw(st.floats(0.0, 100.0)),
    )
    try:
        to_plant(process, drawn, "discrete", price_per_kwh=np.full(24, 0.1))
    except InputError as error:
        if "end_min_t" not in error.field:
            raise
        return replace(drawn, target_t=np.zeros(len(product)))
    return drawn
