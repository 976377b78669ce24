"""What is publicly known of a process: lines, graphs, TOML, and every refusal."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from plantgym.twins.errors import InputError
from plantgym.twins.identify.process import PartLoad, Process, Stage, process_of
from plantgym.twins.identify.process_toml import (
    load_process,
    parse_process,
    process_to_toml,
    save_process,
)
from plantgym.twins.plant import Mode
from plantgym.twins.plant_toml import load_plant

from .processes import processes

LINE = """
name = "mill"
mass_unit = "t"

[[stage]]
name = "crusher"
output_per_kwh = 0.4

[[stage]]
name = "grinder"
output_per_kwh = 0.03
"""

GRAPH = """
name = "refinery"
mass_unit = "t"
currency = "USD"
same_step_transfer = false

[[stage]]
name = "split"
output_per_kwh = 2.0
consumes = { crude = 1.0 }
produces = { light = 0.75, heavy = 0.25 }

[[stage]]
name = "crack"
output_per_kwh = 0.5
consumes = { heavy = 1.0, hydrogen = 0.1 }
produces = { light = 1.0 }

[[stage.part_load]]
power_share = 0.6
output_per_kwh = 0.45

[[stage]]
name = "blend"
output_per_kwh = 4.0
consumes = { light = 0.5 }
produces = { fuel = 0.5 }
"""


class TestLine:
    def test_each_stage_feeds_the_next(self) -> None:
        line = parse_process(LINE)
        assert line.stages == (
            Stage("crusher", 0.4, {}, {"crusher_out": 1.0}),
            Stage("grinder", 0.03, {"crusher_out": 1.0}, {"grinder_out": 1.0}),
        )
        assert (line.materials, line.products) == (
            ("crusher_out", "grinder_out"),
            ("grinder_out",),
        )
        np.testing.assert_array_equal(line.net_per_kwh, [[0.4, 0.0], [-0.03, 0.03]])

    def test_defaults(self) -> None:
        line = parse_process(LINE)
        assert (line.currency, line.same_step_transfer, line.sources) == ("EUR", True, {})

    def test_toml_of_a_line_names_no_materials(self) -> None:
        text = process_to_toml(parse_process(LINE))
        assert "produces" not in text
        assert "consumes" not in text


class TestGraph:
    def test_raw_materials_are_not_stocked(self) -> None:
        graph = parse_process(GRAPH)
        assert graph.materials == ("light", "heavy", "fuel")
        assert graph.products == ("fuel",)
        net = [[1.5, 0.5, 0.0], [0.5, -0.5, 0.0], [-2.0, 0.0, 2.0]]
        np.testing.assert_array_equal(graph.net_per_kwh, net)
        assert graph.stages[1].part_loads == (PartLoad(0.6, 0.45),)
        assert (graph.currency, graph.same_step_transfer) == ("USD", False)

    def test_several_products(self) -> None:
        process = Process("p", "t", (Stage("s", 1.0, {}, {"A": 0.8, "B": 0.2}),))
        assert process.products == ("A", "B")

    def test_a_loop_that_returns_all_it_takes_is_a_process(self) -> None:
        wash = Stage("wash", 1.0, {"water": 2.0}, {"clean": 1.0, "waste": 2.0})
        treat = Stage("treat", 1.0, {"waste": 1.0}, {"water": 1.0})
        assert Process("p", "t", (wash, treat)).products == ("clean",)

    def test_a_loop_that_loses_is_refused_with_its_stages(self) -> None:
        wash = Stage("wash", 1.0, {"water": 2.0}, {"clean": 1.0, "waste": 2.0})
        treat = Stage("treat", 1.0, {"waste": 1.0}, {"water": 0.9})
        apart = Stage("mill", 1.0, {}, {"powder": 1.0})
        with pytest.raises(InputError, match=r"\['wash', 'treat'\].*uses up more"):
            Process("p", "t", (wash, treat, apart))

    def test_stages_may_stand_in_any_order(self) -> None:
        forward = parse_process(GRAPH)
        backward = Process("p", "t", forward.stages[::-1])
        assert backward.products == ("fuel",)
        assert backward.materials == ("fuel", "light", "heavy")
        np.testing.assert_array_equal(backward.net_per_kwh[::-1, [1, 2, 0]], forward.net_per_kwh)


class TestProcessOfAPlant:
    def test_cement_mill_is_its_line(self) -> None:
        cement = process_of(load_plant("cement_mill"))
        bare = [Stage(stage.name, stage.output_per_kwh) for stage in cement.stages]
        assert cement.stages == Process("p", "t", tuple(bare)).stages
        outputs = [stage.output_per_kwh for stage in cement.stages]
        # Rates over powers of Golmohamadi et al. 2020: 1000 / 2200, 250 / 11000, ...
        np.testing.assert_allclose(outputs, [0.454545, 0.0227273, 0.025974, 0.0311943], rtol=1e-5)
        assert cement.same_step_transfer

    def test_part_loads_are_the_lower_modes(self) -> None:
        plant = load_plant("steel_powder")
        assert all(not stage.part_loads for stage in process_of(plant).stages)
        steel = process_of(plant, part_loads=True)
        crusher = next(stage for stage in steel.stages if stage.name == "Crusher4")
        assert (crusher.output_per_kwh, crusher.part_loads) == (0.75, (PartLoad(0.75, 10 / 15),))

    def test_yields_and_bought_materials(self) -> None:
        seats = process_of(load_plant("car_seat"))
        assert seats.products == ("car_seat",)
        assert "leather" not in seats.materials

    @pytest.mark.parametrize("full", [Mode(0.0, {}, {"C_out": 1.0}), Mode(2200.0)])
    def test_a_task_without_power_or_output_is_no_stage(self, full: Mode) -> None:
        plant = load_plant("cement_mill")
        first, *others = plant.tasks
        stripped = tuple(replace(material, end_min_t=None) for material in plant.materials)
        tasks = (replace(first, modes=(full,)), *others)
        with pytest.raises(InputError, match=r"task 'C' last mode .*give it power and output"):
            process_of(replace(plant, tasks=tasks, materials=stripped))

    def test_modes_of_another_mix_are_no_part_loads(self) -> None:
        with pytest.raises(InputError, match=r"T3.*part_loads=False"):
            process_of(load_plant("cement_pv"), part_loads=True)


class TestRoundTrip:
    @given(process=processes())
    def test_toml_gives_the_process_back(self, process: Process) -> None:
        assert parse_process(process_to_toml(process)) == process

    def test_files(self, tmp_path: Path) -> None:
        graph = parse_process(GRAPH)
        save_process(graph, tmp_path / "p.toml")
        assert load_process(tmp_path / "p.toml") == graph
        assert [path.name for path in tmp_path.iterdir()] == ["p.toml"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "mill"', "", "add the key name"),
        ('mass_unit = "t"', "", "add the key mass_unit"),
        ('mass_unit = "t"', "mass_unit = 5", "mass_unit = 5: give it as text"),
        ("mass_unit", "mas_unit", "did you mean 'mass_unit'"),
        ("output_per_kwh = 0.4", "", "stage 'crusher' output_per_kwh = None: add the key"),
        ("output_per_kwh = 0.4", "output_per_kw = 0.4", "did you mean 'output_per_kwh'"),
        ("output_per_kwh = 0.4", "output_per_kwh = 0", "'crusher' output_per_kwh = 0: .* above 0"),
        ("output_per_kwh = 0.4", "output_per_kwh = -1", "output_per_kwh = -1: .* at least 0"),
        ("output_per_kwh = 0.4", "output_per_kwh = nan", "output_per_kwh = nan: give a finite"),
        ("output_per_kwh = 0.4", 'output_per_kwh = "1"', "output_per_kwh = '1': give a finite"),
        ('"crusher"', '"grinder"', "'grinder': it is used 2 times"),
        ('"crusher"', '""', "stage name = '': give it as text"),
        ("0.4", "0.4\nproduces = { A = 1.0 }", "stage 'grinder' produces = {}: .* a line"),
        ("0.4", "0.4\nproduces = { A = 0.0 }", "'crusher' produces 'A' = 0.0: .* above 0"),
        ("0.4", "0.4\nproduces = 3", "'crusher' produces = 3: give a mass by material"),
        ("0.4", "0.4\npart_load = 3", r"part_load = 3: write it as \[\[part_load\]\]"),
        ("0.4", "0.4\npart_load = [{ power_share = 0.5 }]", "part_load output_per_kwh = None"),
        ("[[stage]]", "[[stages]]", "did you mean 'stage'"),
        ("[[stage]]", "[stage", "mend the TOML there"),
    ],
)  # fmt: skip
def test_refusals_of_a_file_name_field_value_and_fix(old: str, new: str, message: str) -> None:
    assert old in LINE
    with pytest.raises(InputError, match=message):
        parse_process(LINE.replace(old, new, 1))


def _stage(**changes: Any) -> Stage:  # noqa: ANN401 - any bad value
    return Stage(**{"name": "s", "output_per_kwh": 1.0, **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stages": ()}, "give the process at least one"),
        ({"stages": (_stage(part_loads=(PartLoad(1.0, 1.0),)),)}, "power_share = 1.0: .* below 1"),
        ({"stages": (_stage(part_loads=(PartLoad(0.0, 1.0),)),)}, "power_share = 0.0: .* above 0"),
        ({"stages": (_stage(part_loads=(PartLoad(0.5, 1.0),) * 2),)}, "once, by rising power"),
        ({"stages": (_stage(consumes={"A": 1.0}, produces={"A": 2.0}),)}, "something to deliver"),
        ({"stages": (_stage(consumes={"A": 1.0}),)}, "produces = {}: say what it makes"),
        ({"same_step_transfer": "no"}, "same_step_transfer = 'no': give true or false"),
        ({"currency": ""}, "currency = '': give it as text"),
        ({"sources": {"g": 3}}, "sources 'g' = 3: give it as text"),
    ],
)
def test_refusals_of_objects(changes: dict[str, Any], message: str) -> None:
    fields = {"name": "p", "mass_unit": "t", "stages": (_stage(),), **changes}
    with pytest.raises(InputError, match=message):
        Process(**fields)


def test_a_file_that_is_absent_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="TOML file that exists"):
        load_process(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes('name = "Mühle"'.encode("latin-1"))
    with pytest.raises(InputError, match="save it as UTF-8"):
        load_process(tmp_path / "latin.toml")


def test_the_process_files_of_the_docs_are_processes() -> None:
    text = (Path(__file__).resolve().parents[1] / "docs" / "identify.md").read_text("utf-8")
    line, graph = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert parse_process(line).products == ("grinder_out",)
    assert parse_process('name = "refinery"\nmass_unit = "t"\n' + graph).products == ("fuel",)
