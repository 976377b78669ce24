"""The drawn picture shows what happened: read back from the artists that were drawn."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.colors import rgb_to_hsv, to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle, StepPatch

from plantgym.envs.day_record import DayRecord
from plantgym.envs.picture import draw_day, rgb_array, size_inch
from plantgym.twins.outlook import DrEvent
from plantgym.twins.stn_tables import Floats

from .drawn_day import EVENT, METERED, PLANT, PRICE, STOCK_T, day, later


def drawn(record: DayRecord) -> tuple[Figure, list[Axes]]:
    """A figure of the record, and its panels: tasks, stocks, price, power."""
    figure = Figure(figsize=size_inch(record.plant))
    draw_day(figure, record)
    return figure, figure.axes


def bars(axes: Axes, row: int) -> list[tuple[float, float, float]]:
    """First hour, last hour and depth of colour of the bars in a row."""
    collection = [c for c in axes.collections if isinstance(c, PolyCollection)][row]
    hours = [np.asarray(path.vertices)[:, 0] for path in collection.get_paths()]
    depth = 1 - rgb_to_hsv(np.asarray(collection.get_facecolor())[:, :3])[:, 2]
    return [(h.min(), h.max(), float(d)) for h, d in zip(hours, depth, strict=True)]


def patch(axes: Axes, label: str) -> StepPatch:
    """A step line by its label."""
    return next(p for p in axes.patches if isinstance(p, StepPatch) and p.get_label() == label)


def series(axes: Axes, label: str) -> tuple[list[float], list[float]]:
    """Values and hours of a step line."""
    values, hours, _ = patch(axes, label).get_data()
    return values.tolist(), hours.tolist()


def line(line: Line2D) -> tuple[Floats, Floats]:
    """Hours and heights of a line."""
    return np.asarray(line.get_xdata()), np.asarray(line.get_ydata())


def windows(axes: Axes) -> list[Rectangle]:
    """Shaded demand-response windows."""
    return [each for each in axes.patches if type(each) is Rectangle]


def legend(axes: Axes) -> list[str]:
    """Texts of a panel's legend."""
    box = axes.get_legend()
    assert box is not None
    return [text.get_text() for text in box.get_texts()]


def test_bars_show_the_modes_that_ran() -> None:
    _, (tasks, *_) = drawn(day())
    (first, last, light), (again, end, deep) = bars(tasks, 0)
    assert (first, last, again, end) == (8.0, 9.0, 11.0, 12.0)
    assert deep > light  # mode 2 against mode 1
    (whole,) = bars(tasks, 1)
    assert whole[:2] == (9.0, 12.0)
    assert [text.get_text() for text in tasks.texts][:2] == ["1", "2"]
    assert [label.get_text() for label in tasks.get_yticklabels()] == ["mill", "kiln"]
    assert legend(tasks) == ["mode 1", "mode 2", "trip"]


def test_crosses_mark_the_trips() -> None:
    _, (tasks, *_) = drawn(day())
    crosses = next(c for c in tasks.collections if isinstance(c, PathCollection))
    assert sorted(map(tuple, np.asarray(crosses.get_offsets()).tolist())) == [
        (8.5, 1.5),
        (9.5, 0.5),
    ]


def test_stocks_are_drawn_as_share_of_their_limits() -> None:
    _, (_, stocks, *_) = drawn(day())
    meal, lime = (xy for xy in map(line, stocks.lines) if len(xy[0]) == 5)
    np.testing.assert_allclose(1 - meal[1], (STOCK_T[:, 0] - 20) / 80)
    np.testing.assert_allclose(2 - lime[1], STOCK_T[:, 1] / 40)
    assert meal[0].tolist() == lime[0].tolist() == [8, 9, 10, 11, 12]
    captions = [text.get_text() for text in stocks.texts]
    assert captions == ["100 t", "20 to 100", "15 t, target 20", "0 to 40"]
    (target,) = (each for each in stocks.lines if each.get_linestyle() == "--")
    assert line(target)[1].tolist() == [1.5, 1.5]


def test_target_turns_from_red_to_green_once_it_is_met() -> None:
    def ink(target_t: float) -> tuple[float, ...]:
        lime = replace(PLANT.materials[1], end_min_t=target_t)
        plant = replace(PLANT, materials=(PLANT.materials[0], lime))
        _, (_, stocks, *_) = drawn(day(plant=plant))
        return to_rgba(stocks.texts[2].get_color())

    missed, met = ink(20.0), ink(15.0)
    assert missed[0] > missed[1]
    assert met[1] > met[0]


def test_prices_are_realised_up_to_the_step_to_be_decided_and_expected_all_day() -> None:
    record = day(2)
    _, (_, _, price, _) = drawn(record)
    assert series(price, "buy, realised") == (PRICE[:3].tolist(), [8, 9, 10, 11])
    assert series(price, "buy, expected")[0] == record.outlook.buy_forecast_per_kwh.tolist()
    assert patch(price, "buy, realised").get_linestyle() == "-"
    assert patch(price, "buy, expected").get_linestyle() != "-"
    assert price.get_title(loc="left") == "Price of energy [EUR/kWh]"


def test_power_shows_the_meter_and_the_generation() -> None:
    _, (*_, power) = drawn(day())
    for label, column, sign in (("load", 0, 1), ("import", 2, 1), ("export, below zero", 3, -1)):
        assert series(power, label)[0] == (sign * METERED[:, column]).tolist()
    assert series(power, "generation")[0] == [0, 40, 80, 160, 120]
    assert series(power, "generation, expected") == ([60], [13, 14])
    assert power.get_title(loc="left") == "Power [kW]"


def test_hours_are_clock_hours_on_all_panels() -> None:
    figure, panels = drawn(day())
    assert {panel.get_xlim() for panel in panels} == {(8.0, 14.0)}
    labels = [label.get_text() for label in panels[-1].get_xticklabels()]
    assert labels == ["08:00", "09:00", "10:00", "11:00", "12:00", "13:00", "14:00"]
    assert figure.texts[0].get_text() == "mill_and_kiln, 2025-03-01, 12:00 (step 4 of 6)"
    assert figure.texts[1].get_text() == "Cost so far 73 EUR: purchase 32, sales -9, trip 50"


@pytest.mark.parametrize(("steps", "status"), [(3, "announced"), (4, "active")])
def test_event_is_shaded_on_all_panels(steps: int, status: str) -> None:
    _, panels = drawn(day(steps))
    for panel in panels:
        (window,) = windows(panel)
        assert (window.get_x(), window.get_width()) == (12.0, 2.0)
        assert bool(window.get_hatch()) == (status == "announced")
    assert panels[0].texts[-1].get_text() == f"DR {status}"
    assert series(panels[-1], "DR baseline less award") == ([130, 130], [12, 13, 14])


def test_no_event_is_shaded_before_it_is_known() -> None:
    _, panels = drawn(day(1, event=None))
    assert not any(windows(panel) for panel in panels)


def test_record_that_begins_within_the_day_is_drawn_where_it_ran() -> None:
    _, (tasks, *_, power) = drawn(later(day(2), 3))
    assert bars(tasks, 1)[0][:2] == (12.0, 13.0)
    assert series(power, "load") == ([100, 50], [11, 12, 13])


def test_import_limit_is_drawn_unless_far_away() -> None:
    _, (*_, power) = drawn(day())
    assert "import limit" in legend(power)
    vast = replace(PLANT, site=replace(PLANT.site, import_limit_kw=1e6))
    _, (*_, power) = drawn(day(plant=vast))
    assert "import limit" not in legend(power)
    assert power.get_ylim()[1] < 300


def test_names_are_not_read_as_formulas() -> None:
    plant = replace(PLANT, name="a$b_", tasks=(replace(PLANT.tasks[0], name="$^$"), PLANT.tasks[1]))
    assert rgb_array(day(plant=plant)).std() > 0


def test_pixels_are_fresh_and_of_one_size() -> None:
    frames = [rgb_array(day(k, event=event)) for k, event in ((1, None), (3, EVENT), (4, EVENT))]
    assert {(frame.shape, frame.dtype) for frame in frames} == {
        ((*_pixels(), 3), np.dtype("uint8"))
    }
    again = rgb_array(day(1, event=None))
    np.testing.assert_array_equal(again, frames[0])
    assert not np.shares_memory(again, frames[0])
    assert again.flags.writeable
    assert (frames[1] != frames[2]).any()


def _pixels() -> tuple[int, int]:
    width, height = size_inch(PLANT)
    return round(100 * height), round(100 * width)


def test_event_of_one_step_at_the_end_of_the_day() -> None:
    last = DrEvent(notice_step=0, start_step=5, end_step=6, award_kw=10.0)
    _, panels = drawn(day(event=last))
    assert windows(panels[0])[0].get_x() + windows(panels[0])[0].get_width() == 14.0
