"""The text picture shows what happened, character by character."""

from dataclasses import replace

import numpy as np

from plantgym.envs.day_record import DayRecord
from plantgym.envs.rendering import render
from plantgym.twins.plant import Material

from .drawn_day import EVENT, PLANT, day, later

# Blocks are eighths of a row's range: price 0.1 to 0.8, generation 0 to 160 kW, load 0 to 250 kW.
AFTER_FOUR_STEPS = """\
mill_and_kiln, 2025-03-01, 12:00 (step 4 of 6)
Cost so far 73 EUR: purchase 32, sales -9, trip 50
Demand response 12:00 to 14:00, 120 kW awarded: active

hour             08 11
mill             1x·2
kiln             x111
price            ▁▄▃▂█  0.1 to 0.8 EUR/kWh
expected price   ▂▂▂▂▁▁
generation       ▁▃▅█▇▄ 0 to 160 kW
load             ▄▂▂█   0 to 250 kW
import           █▁▁█   0 to 100 kW
export           ▁▁█▁   0 to 30 kW
DR window            ▓▓ ▓ active

meal             ████████████████████████ 100 t (20 to 100)
lime             █████████···│··········· 15 t, target 20 (0 to 40)
Tasks: modes: digits, · stands, x trips. Stocks: │ target.
"""


def text(record: DayRecord) -> str:
    """The text picture of a record."""
    picture = render(record, "ansi")
    assert isinstance(picture, str)
    return picture


def row(picture: str, name: str) -> str:
    """What stands behind a name, in the first line that begins with it."""
    return next(line[17:] for line in picture.splitlines() if line.startswith(f"{name} "))


def test_known_day_reads_as_it_happened() -> None:
    assert text(day()) == AFTER_FOUR_STEPS


def test_steps_to_come_are_blank() -> None:
    picture = text(day(1))
    assert row(picture, "mill") == "1"
    assert row(picture, "load") == "█      0 to 100 kW"
    assert row(picture, "price").split("  ")[0] == "▁█"  # the price of the step to be decided too
    assert row(picture, "lime").endswith("0 t, target 20 (0 to 40)")


def test_event_is_announced_then_active_then_over() -> None:
    assert "awarded: announced" in text(day(3))
    assert row(text(day(3)), "DR window") == "    ░░ ░ announced"
    over = replace(EVENT, start_step=2, end_step=4)
    assert row(text(day(4, event=over)), "DR window") == "  ▒▒   ▒ over"
    without = text(day(4, event=None))
    assert "No demand-response event known" in without
    assert "DR window" not in without


def test_record_that_begins_within_the_day_is_drawn_where_it_ran() -> None:
    assert row(text(later(day(2), 3)), "kiln") == "   x1"


def test_continuous_levels_are_blocks() -> None:
    tasks = tuple(replace(task, must_run=False, min_run_h=0.0) for task in PLANT.tasks)
    plant = replace(PLANT, operation="continuous", tasks=tasks)
    level = np.array([[0.5, 0.0], [2.0, 1.0], [0.0, 0.01], [1.0, 0.5]])
    picture = text(replace(day(4, plant=plant), level=level))
    assert row(picture, "mill") == "▃█·▅"
    assert row(picture, "kiln") == "·█▁▅"


def test_plant_without_generation_and_export_has_no_rows_for_them() -> None:
    site = replace(PLANT.site, pv_capacity_kw=0.0, export_limit_kw=0.0)
    picture = text(day(plant=replace(PLANT, site=site)))
    assert "generation" not in picture
    assert "export" not in picture
    assert row(picture, "import")


def test_store_far_above_its_target_is_drawn_to_four_times_the_target() -> None:
    vast = Material("lime", 0.0, 9000.0, 0.0, end_min_t=20.0, shortfall_cost_per_t=9.0)
    picture = text(day(plant=replace(PLANT, materials=(PLANT.materials[0], vast))))
    bar = "████··│················· 15 t, target 20 (0 to 9,000, drawn to 80)"
    assert row(picture, "lime") == bar


def test_long_names_keep_the_width() -> None:
    mill = replace(PLANT.tasks[0], name="m" * 200)
    plant = replace(PLANT, name="n" * 200, tasks=(mill, PLANT.tasks[1]))
    lines = text(day(plant=plant)).splitlines()
    assert max(map(len, lines)) <= 100
    assert f"{'m' * 15}… 1x·2" in lines
    assert lines[0] == f"{'n' * 39}…, 2025-03-01, 12:00 (step 4 of 6)"
