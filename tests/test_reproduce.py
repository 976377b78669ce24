"""The PSI benchmark: published figures from the authors' files, prototypes' figures found again."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from plantgym.benchmarks import reproduce
from plantgym.benchmarks.cli import app
from plantgym.benchmarks.model_error import ModelError
from plantgym.benchmarks.psi_table import PUBLISHED, PsiRow
from plantgym.benchmarks.reproduce import run_method, with_parameter_errors
from plantgym.twins.csv_file import Floats
from plantgym.twins.identify import identifier
from plantgym.twins.identify.psi_data import PSI_PLANTS, PSI_SETS, psi_days
from plantgym.twins.intervals import with_parameters
from plantgym.twins.plant import StnPlant
from plantgym.twins.plant_toml import load_plant

from .known_plant import Knowing, with_intervals

# Daily errors of the authors' PSI on test_baseline, from their result files.
PSI_DAYS = {
    "cement": (
        *(0.056934237, 0.051888507, 0.051888507, 0.051888507, 0.051888507),
        *(0.051888507, 0.052071966, 0.050683931, 0.049462661, 0.049462661),
    ),
    "steel_powder": (
        *(0.103278808, 0.071664803, 0.111830056, 0.093830258, 0.073537983),
        *(0.064913332, 0.119897984, 0.067073680, 0.068240724, 0.078016490),
    ),
}
# Powers [kW] of the last of their parameters.
PSI_POWERS_KW = {
    "cement": (1735.127, 15095.104, 11236.067, 7903.703),
    "steel_powder": (
        *(53.680736, 32.925257, 32.859087, 21.684549, 18.094153),
        *(30.447477, 53.983308, 15.112701, 14.816866, 11.395865),
    ),
}
PSI_TARGETS_T = {"cement": 5917.2105, "steel_powder": 185.758584}


@pytest.mark.parametrize("plant", PSI_PLANTS)
def test_published_figures_are_those_of_the_authors_files(plant: str) -> None:
    published = PUBLISHED[plant][0]
    errors = np.array(PSI_DAYS[plant])
    assert published.errors["test_baseline"].mean == pytest.approx(errors.mean(), abs=5e-5)
    rms = np.sqrt((errors**2).mean())
    assert published.errors["test_baseline"].rms == pytest.approx(rms, abs=5e-5)
    true = load_plant(PSI_PLANTS[plant])
    true_kw = np.array([task.modes[-1].power_kw for task in true.tasks])
    off = np.abs(np.array(PSI_POWERS_KW[plant]) / true_kw - 1)
    assert published.power_error == pytest.approx((np.median(off), off.max()), abs=6e-4)
    target_t = true.materials[-1].end_min_t
    assert target_t is not None
    off_target = PSI_TARGETS_T[plant] / target_t - 1
    assert published.target_error == pytest.approx(off_target, abs=6e-4)


@pytest.mark.parametrize(
    ("plant", "test", "event"),
    [
        ("cement", (0.0224, 0.0224), (0.0212, 0.0212)),
        ("steel_powder", (0.0826, 0.0850), (0.0624, 0.0630)),
    ],
)
def test_the_price_rank_table_has_the_errors_of_the_prototype(
    plant: str, test: tuple[float, float], event: tuple[float, float]
) -> None:
    row, found = run_method(plant, "price-rank table", 0)
    assert found is None
    assert row.errors["test_baseline"] == pytest.approx(test, abs=5e-5)
    assert row.errors["test_dr"] == pytest.approx(event, abs=5e-5)


def test_parameter_errors_by_hand() -> None:
    true = load_plant("cement_mill")
    own = {"C.power_kw": 2420.0, "FG.power_kw": 11_220.0 * 0.98, "FG_out.target_t": 5750.0 * 1.01}
    identified = with_intervals(with_parameters(true, own | {"C_out.headroom_t": 999.0}))
    row = with_parameter_errors(PsiRow("cement", "ours", {}), identified, "milp", true)
    assert row.model == "MILP"
    assert row.power_error == pytest.approx((0.01, 0.1))  # of 0.1, 0, 0 and 0.02
    assert row.target_error == pytest.approx(0.01)
    assert row.target_inside is True
    assert (row.stores_inside, row.stores) == (5, 6)
    (power,) = [each for each in row.parameters if each.name == "C.power_kw"]
    assert (power.value, power.true) == pytest.approx((2420.0, 2200.0))


class Remembering(Knowing):
    """Knows the plant, and the meter too."""

    plant = load_plant("cement_mill")

    def predict(self, prices: Floats) -> Floats:
        for name in PSI_SETS:
            days = psi_days("cement", name)
            if np.array_equal(days.price_per_kwh, prices):
                return days.energy_kwh
        raise AssertionError("these are no days of the benchmark")


def test_reproduce_psi_prints_and_writes_all_figures(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(identifier, "PlantIdentifier", Remembering)
    asked = []

    def price(true: StnPlant, found: StnPlant, *, days: int, seed: int) -> list[ModelError]:
        asked.append((true, found, days, seed))
        return [ModelError("mpc", days, 50.0, 40.0, 42.0, 43.0, 0.0, 0.0)]

    monkeypatch.setattr(reproduce, "price_of_model_error", price)
    out = tmp_path / "psi.json"
    arguments = ["reproduce", "psi", "--quick", "--jobs", "1", "--seed", "4", "--json", str(out)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.stderr
    lines = {" ".join(line.split()[:2]): line.split() for line in result.stdout.splitlines()}
    assert lines["published PSI"][2:7] == ["LP", "-", "-", "5.18/5.18", "5.13/5.13"]
    assert lines["price-rank table"][4] == "2.24/2.24"
    assert lines["ours auto"][2:9] == ["MILP", *["0.00/0.00"] * 4, "0.0/0.0", "+0.0"]
    assert lines["ours LP"][2] == "LP"
    assert lines["ours MILP"][9:11] == ["in", "6/6"]
    assert lines["mpc 50.00"][2:] == ["40.00", "42.00", "43.00", "2.50%", "10.00%"]
    mill = load_plant("cement_mill")
    assert asked == [(mill, with_intervals(mill), 3, 4)]
    told = json.loads(out.read_text())
    assert told["format"] == "plantgym reproduction 1"
    assert [row["method"] for row in told["rows"]][-2:] == ["ours MILP", "ours auto"]
    assert len(told["rows"]) == 10
    assert told["rows"][-1]["errors"]["test_baseline"] == [0.0, 0.0]
    assert len(told["rows"][-1]["parameters"]) == 12
    assert told["price_of_model_error"][0]["of_saving"] == pytest.approx(0.1)


def test_only_what_is_known_is_reproduced_and_no_foreign_file_replaced(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["reproduce", "sci"])
    assert result.exit_code == 2
    assert "No such command 'sci'" in result.stderr
    out = tmp_path / "mine.json"
    out.write_text("mine")
    result = CliRunner().invoke(app, ["reproduce", "psi", "--json", str(out)])
    assert result.exit_code == 2
    assert out.read_text() == "mine"
