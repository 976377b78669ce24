"""Every way in which a plant file can be wrong gets an error that names the entry and the fix."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from plantgym.twins.errors import InputError
from plantgym.twins.plant import Material, Mode, Site, StnPlant, Task
from plantgym.twins.plant_toml import load_plant, parse_plant

from .hand_plant import KILN, LIME, MEAL, MILL, ORE, quarry

GOOD = """
name = "quarry"
currency = "EUR"
operation = "discrete"
same_step_transfer = false
horizon_h = 6
start_hour = 8
[sources]
powers = "name plates"
[site]
import_limit_kw = 1000.0
base_load_kw = 5.0
[tariff]
demand_charge_per_kw = 0.0
[[tariff.period]]
name = "night"
hours = [0, 1, 2, 3, 4, 5, 6, 7, 22, 23]
buy_price_per_kwh = 0.1
[[tariff.period]]
name = "day"
hours = [8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21]
buy_price_per_kwh = 0.2
[dr]
subsidy_per_kwh = 3.0
penalty_per_kwh = 4.0
thresholds = [0.5, 0.7, 1.2]
factors = [0.6, 1.0, 1.2]
[dr.events]
probability = 0.5
windows = [[9, 11], [12, 14]]
notice_h = 2.0
award_min_kw = 10.0
award_max_kw = 20.0
[[material]]
name = "ore"
min_t = 0.0
max_t = 1000.0
initial_t = 1000.0
[[material]]
name = "lime"
min_t = 0.0
max_t = 500.0
initial_t = 0.0
end_min_t = 30.0
shortfall_cost_per_t = 5.0
[[task]]
name = "kiln"
must_run = true
must_run_from_h = 1.0
trip_cost_per_h = 70.0
[[task.mode]]
power_kw = 50.0
consumes_t_per_h = { ore = 10.0 }
produces_t_per_h = { lime = 8.0 }
[[task.mode]]
power_kw = 90.0
consumes_t_per_h = { ore = 20.0 }
produces_t_per_h = { lime = 16.0 }
"""

NUMBER = "give a finite number"


def refused(old: str, new: str, says: str) -> None:
    """The plant with one line changed is refused in these words."""
    assert old in GOOD
    with pytest.raises(InputError, match=re.escape(says)):
        parse_plant(GOOD.replace(old, new, 1), "my.toml")


def test_the_file_is_good_as_it_is() -> None:
    assert parse_plant(GOOD).max_power_kw == 90.0


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("power_kw = 50.0", "power_mw = 0.05", "task 'kiln' mode key = 'power_mw': did you mean"),
        ("horizon_h = 6", "horizon = 6", "my.toml key = 'horizon': did you mean 'horizon_h'?"),
        ("max_t = 1000.0", "maximum_t = 1000.0", "material 'ore' key = 'maximum_t': did you mean"),
        ("base_load_kw", "base_kw", "site key = 'base_kw': did you mean 'base_load_kw'?"),
        ("demand_charge_per_kw", "demand_charge", "tariff key = 'demand_charge': did you mean"),
        ("trip_cost_per_h", "trip_cost", "task 'kiln' key = 'trip_cost': did you mean"),
        ("probability", "chance", "dr.events key = 'chance': known keys are probability, windows"),
        ("subsidy_per_kwh", "subsidy", "dr key = 'subsidy': did you mean 'subsidy_per_kwh'?"),
        ("[sources]", "[source]", "my.toml key = 'source': did you mean 'sources'?"),
        ('name = "kiln"', 'name = "kiln"\nmodes = []', "task 'kiln' key = 'modes': write each"),
    ],
)  # fmt: skip
def test_unknown_keys_get_a_suggestion(old: str, new: str, says: str) -> None:
    refused(old, new, says)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("= 0.1", "= 60.0", "tariff.period 'night' buy_price_per_kwh = 60.0: above 20 per kWh is"),
        ("= 0.2", "= 120", "tariff.period 'day' buy_price_per_kwh = 120.0: above 20 per kWh is"),
        ("= 0.2", "= 0.2\nsell_price_per_kwh = -20.1", "'day' sell_price_per_kwh = -20.1: above"),
    ],
)  # fmt: skip
def test_prices_per_mwh_are_noticed(old: str, new: str, says: str) -> None:
    refused(f"buy_price_per_kwh {old}", f"buy_price_per_kwh {new}", says)


def test_prices_per_mwh_are_noticed_in_a_table_by_the_hour() -> None:
    table = f"[tariff]\nbuy_price_per_kwh = {[20.0] * 24}\nsell_price_per_kwh = {[0.0] * 24}\n"
    start, end = GOOD.index("[tariff]"), GOOD.index("[dr]")
    by_hour = GOOD[:start] + table + GOOD[end:]
    assert parse_plant(by_hour).tariff.buy_price_per_kwh == (20.0,) * 24
    with pytest.raises(InputError, match=r"tariff buy_price_per_kwh = 60\.0: above 20 per kWh"):
        parse_plant(by_hour.replace("20.0]", "60.0]"))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('name = "quarry"', "my.toml name = None: add the key name"),
        ('currency = "EUR"', "my.toml currency = None: add the key currency"),
        ("import_limit_kw = 1000.0", "site import_limit_kw = None: add the key"),
        ("max_t = 1000.0", "material 'ore' max_t = None: add the key max_t"),
        ("power_kw = 50.0", "task 'kiln' mode power_kw = None: add the key power_kw"),
        ("buy_price_per_kwh = 0.1", "tariff.period 'night' buy_price_per_kwh = None: add"),
        ("penalty_per_kwh = 4.0", "dr penalty_per_kwh = None: add the key"),
        ("notice_h = 2.0", "dr.events notice_h = None: add the key"),
        ("shortfall_cost_per_t = 5.0", "material 'lime' shortfall_cost_per_t = 0.0: give the cost"),
        ("subsidy_per_kwh = 3.0\npenalty_per_kwh = 4.0\nthresholds = [0.5, 0.7, 1.2]\n"
         "factors = [0.6, 1.0, 1.2]", "dr subsidy_per_kwh = None: add the key"),
    ],
)  # fmt: skip
def test_missing_keys_are_named(line: str, says: str) -> None:
    refused(line, "", says)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("min_t = 0.0", 'min_t = "0"', f"material 'ore' min_t = '0': {NUMBER}"),
        ("min_t = 0.0", "min_t = true", f"material 'ore' min_t = True: {NUMBER}"),
        ("max_t = 1000.0", "max_t = nan", f"material 'ore' max_t = nan: {NUMBER}"),
        ("max_t = 1000.0", "max_t = inf", f"material 'ore' max_t = inf: {NUMBER}"),
        ("initial_t = 0.0", "initial_t = -1.0", "material 'lime' initial_t = -1.0: give a"),
        ("ore = 10.0", "ore = -10.0", "task 'kiln' mode 1 consumes_t_per_h 'ore' = -10.0: give a"),
        ("lime = 16.0", 'lime = "x"', "task 'kiln' mode 2 produces_t_per_h 'lime' = 'x': give a"),
        ("{ ore = 10.0 }", "10.0", "task 'kiln' mode 1 consumes_t_per_h = 10.0: give a rate by"),
        ("power_kw = 50.0", "power_kw = -1", "task 'kiln' mode 1 power_kw = -1: give a"),
        ("trip_cost_per_h = 70.0", "trip_cost_per_h = nan", "task 'kiln' trip_cost_per_h = nan"),
        ("must_run = true", 'must_run = "yes"', "task 'kiln' must_run = 'yes': give true or false"),
        ("same_step_transfer = false", "same_step_transfer = 0", "same_step_transfer = 0: give"),
        ("horizon_h = 6", "horizon_h = 6.0", "horizon_h = 6.0: give a whole number"),
        ("horizon_h = 6", "horizon_h = 0", "horizon_h = 0: give a value of at least 1"),
        ("start_hour = 8", "start_hour = 19", "start_hour = 19: give a value of at most 18"),
        ('"discrete"', '"batch"', "operation = 'batch': use 'discrete' or 'continuous'"),
        ('name = "quarry"', 'name = ""', "name = '': give it as text in quotes"),
        ('currency = "EUR"', "currency = 978", "currency = 978: give it as text in quotes"),
        ('name = "ore"', "name = 1", "material name = 1: give it as text in quotes"),
        ('powers = "name plates"', "powers = 1", "sources 'powers' = 1: give it as text"),
        ("import_limit_kw = 1000.0", "import_limit_kw = inf", "site import_limit_kw = inf"),
        ("base_load_kw = 5.0", 'base_load_kw = "5"', f"site base_load_kw = '5': {NUMBER}"),
        ("[site]", "[[site]]", "my.toml site ="),
        ("[dr.events]", "[[dr.events]]", "dr events ="),
    ],
)  # fmt: skip
def test_values_of_the_wrong_kind(old: str, new: str, says: str) -> None:
    refused(old, new, says)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('name = "lime"', 'name = "ore"', "material name = 'ore': it is used 2 times"),
        ("consumes_t_per_h = { ore", "consumes_t_per_h = { coal", "consumes_t_per_h = 'coal': use"),
        ("initial_t = 1000.0", "initial_t = 1000.1", "initial_t = 1000.1: keep it within the"),
        ("min_t = 0.0", "min_t = 1001.0", "max_t = 1000.0: use at least min_t 1001"),
        ("end_min_t = 30.0", "end_min_t = 500.1", "end_min_t = 500.1: use at most max_t 500"),
        ("power_kw = 50.0", "power_kw = 95.0", "modes power_kw = [95.0, 90.0]: list the modes by"),
        ("must_run = true", "must_run = false", "must_run_from_h = 1.0: set must_run = true too"),
        ("must_run = true", "must_run = true\nmin_run_h = 7", "min_run_h = 7: use at most 6"),
        ('"discrete"', '"continuous"', "task 'kiln' must_run, min_run_h = (True, 0.0): they are"),
        ("base_load_kw = 5.0", "base_load_kw = 1001.0", "raise it to at least the base load of"),
        ("[[9, 11], [12, 14]]", "[[9, 11], [12, 15]]", "windows = (12, 15): keep the window"),
        ("[[9, 11], [12, 14]]", "[[7, 11]]", "windows = (7, 11): keep the window within the plant"),
    ],
)  # fmt: skip
def test_what_makes_no_plant(old: str, new: str, says: str) -> None:
    refused(old, new, says)


def test_malformed_toml_names_file_and_line() -> None:
    line = GOOD.split("\n").index("import_limit_kw = 1000.0") + 1
    refused("limit_kw = 1000.0", "limit_kw = = 1000.0", "plant file my.toml = 'Invalid value")
    refused("limit_kw = 1000.0", "limit_kw = = 1000.0", f"(at line {line}, column")


class TestPlants:
    """What is easier to write as a plant than as a file."""

    def test_nothing_there(self) -> None:
        with pytest.raises(InputError, match=r"material = .*at least one material"):
            quarry(materials=())
        with pytest.raises(InputError, match=r"task = .*at least one task"):
            quarry(tasks=())
        with pytest.raises(InputError, match=r"task 'idle' modes = .*at least one running mode"):
            quarry(tasks=(Task("idle", ()),))
        with pytest.raises(InputError, match=r"power_kw = 0\.0: give at least one mode a power"):
            quarry(tasks=(Task("idle", (Mode(0.0),)),))

    def test_two_tasks_of_one_name(self) -> None:
        with pytest.raises(InputError, match="task name = 'mill': it is used 2 times; rename"):
            quarry(tasks=(MILL, MILL))

    def test_events_without_settlement(self) -> None:
        events = parse_plant(GOOD).dr_events
        with pytest.raises(InputError, match=r"dr\.events = .*give the settlement in \[dr\] too"):
            quarry(dr=None, dr_events=events)

    def test_minimum_run_times_are_for_discrete_plants(self) -> None:
        held = replace(MILL, min_run_h=2.0)
        with pytest.raises(InputError, match=r"task 'mill' must_run, min_run_h = \(False, 2\.0\)"):
            quarry(tasks=(held, KILN), operation="continuous")


class TestTargets:
    def lime_target(self, end_min_t: float, ore: Material = ORE) -> StnPlant:
        return quarry(materials=(ore, MEAL, replace(LIME, end_min_t=end_min_t)))

    def test_within_reach_at_full_rate(self) -> None:
        assert self.lime_target(48.0).materials[2].end_min_t == 48.0  # six hours of 8 t

    def test_out_of_reach_at_full_rate(self) -> None:
        says = r"material 'lime' end_min_t = 48\.1: at full rate the plant reaches 48; lower the"
        with pytest.raises(InputError, match=says):
            self.lime_target(48.1)

    def test_out_of_reach_for_want_of_ore(self) -> None:
        # 20 t of ore make 20 t of meal; with the 10 t in store, 30 t of meal make 24 t of lime.
        scarce = Material("ore", 5.0, 1000.0, 25.0)
        assert self.lime_target(24.0, scarce).materials[0] == scarce
        with pytest.raises(InputError, match="at full rate the plant reaches 24"):
            self.lime_target(24.1, scarce)

    def test_stocks_count(self) -> None:
        quarry(materials=(ORE, MEAL, replace(LIME, initial_t=100.0, end_min_t=148.0)))


class TestCycles:
    def loop(self, initial_t: float) -> StnPlant:
        """Slag from the kiln goes back into the mill."""
        slag = Material("slag", 0.0, 50.0, initial_t)
        meal = replace(MEAL, initial_t=0.0)
        mill = Task("mill", (Mode(100.0, {"ore": 10.0, "slag": 1.0}, {"meal": 10.0}),))
        kiln = Task("kiln", (Mode(50.0, {"meal": 10.0}, {"slag": 2.0}),))
        dryer = Task("dryer", (Mode(5.0, {"ore": 1.0}, {"dust": 1.0}),))
        dust = Material("dust", 0.0, 50.0, 0.0)
        return quarry(materials=(ORE, meal, slag, dust), tasks=(mill, kiln, dryer))

    def test_without_stock_nothing_can_ever_start(self) -> None:
        with pytest.raises(InputError, match=r"task = \['kiln', 'mill'\]: .*cycle without stock"):
            self.loop(0.0)

    def test_with_stock_it_can(self) -> None:
        assert len(self.loop(1.0).tasks) == 3

    def test_a_task_that_eats_what_it_makes(self) -> None:
        grinder = Task("grinder", (Mode(10.0, {"meal": 1.0}, {"meal": 2.0}),))
        with pytest.raises(InputError, match=r"task = \['grinder'\]: .*cycle without stock"):
            quarry(materials=(replace(MEAL, initial_t=0.0),), tasks=(grinder,))


class TestFiles:
    def test_a_name_that_is_neither_shipped_nor_a_file(self) -> None:
        with pytest.raises(InputError, match=r"plant = 'cement': give a TOML file .*'cement_mill'"):
            load_plant("cement")

    def test_no_path_at_all(self) -> None:
        with pytest.raises(InputError, match="plant = 3: give a StnPlant, a name or the path"):
            load_plant(3)  # type: ignore[arg-type]

    def test_another_encoding(self, tmp_path: Path) -> None:
        path = tmp_path / "latin.toml"
        path.write_bytes('name = "Mühle"'.encode("latin-1"))
        with pytest.raises(InputError, match=r"plant file = .*save it as UTF-8 text"):
            load_plant(path)


def test_site_that_cannot_carry_its_base_load() -> None:
    with pytest.raises(InputError, match="site import_limit_kw = 9"):
        quarry(site=Site(9.0, base_load_kw=10.0))
