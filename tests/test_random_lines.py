"""Random production lines: drawn by seed, of the promised kind, and able to do their work."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from plantgym.twins.errors import InputError
from plantgym.twins.identify.forward import cheapest_days
from plantgym.twins.identify.random_lines import random_line
from plantgym.twins.plant import StnPlant
from plantgym.twins.plant_toml import load_plant, save_plant
from plantgym.twins.shipped import shipped_prices

SEEDS = (0, 1, 4, 6, 9, 11, 13, 16)


@pytest.fixture(scope="module")
def lines() -> list[StnPlant]:
    return [random_line(seed) for seed in SEEDS]


def rates(line: StnPlant) -> list[float]:
    return [rate for task in line.tasks for rate in task.modes[0].produces_t_per_h.values()]


def test_a_seed_gives_one_line_and_another_seed_another(lines: list[StnPlant]) -> None:
    assert random_line(0) == lines[0]
    assert len({tuple(rates(line)) for line in lines}) == len(lines)


def test_the_number_of_stages_is_drawn_or_given(lines: list[StnPlant]) -> None:
    assert {len(line.tasks) for line in lines} == {3, 4, 5, 6}
    assert len(random_line(1, stages=3).tasks) == 3


@pytest.mark.parametrize(("seed", "stages"), [(-1, None), (0, 2), (0, 7)])
def test_what_is_out_of_range_is_refused(seed: int, stages: int | None) -> None:
    with pytest.raises(InputError, match=r"^(seed|stages) = "):
        random_line(seed, stages)


def test_stages_pass_on_what_the_stage_before_made(lines: list[StnPlant]) -> None:
    for line in lines:
        assert line.operation == "discrete"
        assert line.same_step_transfer
        (first, *_) = modes = [mode for task in line.tasks for mode in task.modes]
        assert len(modes) == len(line.tasks)
        assert not first.consumes_t_per_h
        for before, after in pairwise(modes):
            assert list(after.consumes_t_per_h) == list(before.produces_t_per_h)
            assert list(after.consumes_t_per_h.values()) == list(after.produces_t_per_h.values())


def test_powers_are_of_one_order_and_plain(lines: list[StnPlant]) -> None:
    for line in lines:
        powers = [task.modes[0].power_kw for task in line.tasks]
        assert max(powers) <= 10.1 * min(powers)
        for number in [*powers, *rates(line)]:
            assert number == float(f"{number:.3g}")


def test_stores_begin_part_full_with_half_an_hour_to_eight_either_way(
    lines: list[StnPlant],
) -> None:
    for line in lines:
        for store, neighbours in zip(line.materials[:-1], pairwise(rates(line)), strict=True):
            hours = np.array([store.initial_t, store.max_t - store.initial_t]) / max(neighbours)
            assert np.all((hours > 0.49) & (hours < 8.1))
            assert store.end_min_t == store.initial_t


def test_lines_survive_a_toml_file(lines: list[StnPlant], tmp_path: Path) -> None:
    for line in lines:
        save_plant(line, tmp_path / "line.toml")
        assert load_plant(tmp_path / "line.toml") == line


def test_lines_meet_their_target_on_the_dearest_day_within_5_to_23_hours_a_stage(
    lines: list[StnPlant],
) -> None:
    prices = shipped_prices("pjm_real_time", 60).values
    dearest = prices[[prices.max(axis=1).argmax()]]
    run_hours = []
    for line in lines:
        # A loose gap is enough: what is asked is whether work, not energy, is ever saved.
        (day,) = cheapest_days(line, dearest, mip_gap=0.01)
        assert day.cost_parts["shortfall"] == pytest.approx(0.0, abs=1e-6)
        run_hours += day.levels.sum(axis=0).tolist()
    assert min(run_hours) >= 5
    assert max(run_hours) <= 23
    assert np.ptp(run_hours) >= 12
