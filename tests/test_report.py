"""The demo's report, the README table and the speed cases."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from plantgym.benchmarks import demo
from plantgym.benchmarks.cli import app
from plantgym.benchmarks.readme_table import results_table, update_readme, with_table
from plantgym.benchmarks.report import check_report, report_html
from plantgym.benchmarks.speed import CASES, Effort, measure_all
from plantgym.benchmarks.stories import story_policies
from plantgym.envs.registry import plant_kind
from plantgym.twins.errors import InputError

ENVS = ("plantgym/CementPv-v0", "plantgym/SteelPowder-v0", "plantgym/SetsHeater-v0")


SUMMARY = {
    "policy": "mpc",
    "days": 10,
    "cost_mean": 12345.6,
    "cost_cvar95": 20000.0,
    "saving": 0.1234,
    "gap": 0.05,
    "score_mean": 0.7,
    "score_iqm": 0.8,
    "score_iqm_low": 0.6,
    "score_iqm_high": 0.9,
    "decision_ms": 42.0,
}


class _Page(HTMLParser):
    """Collects what a browser would load, and the text of scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.scripts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("src", "href", "srcset", "data", "poster"):
                self.loads.append(f"{tag} {name}={value}")
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.lasttag == "script" and self.scripts:
            self.scripts[-1] += data


@pytest.fixture(scope="module")
def found() -> demo.Demo:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "DEMO_ENVS", ENVS)
        return demo.run_demo(1)


@pytest.fixture(scope="module")
def html(found: demo.Demo) -> str:
    return report_html(found)


class TestDemo:
    def test_all_policies_run_on_all_plants(self, found: demo.Demo) -> None:
        from plantgym.baselines.registry import POLICIES

        for comparison in found.comparisons:
            env_id = comparison.settings["env"]
            policies = [summary.policy for summary in comparison.summary()]
            assert policies == list(demo.shown_policies(env_id))
            assert set(policies) == {*POLICIES[plant_kind(env_id)].usual, "ppo"}

    def test_stories_repeat_what_was_scored(self, found: demo.Demo) -> None:
        for comparison, story in zip(found.comparisons, found.stories, strict=True):
            rows = {row["policy"]: row for row in comparison.rows}
            for policy in story_policies(plant_kind(comparison.settings["env"])):
                record = story.records[policy]
                assert record.date == rows[policy]["day"]
                assert story.costs[policy] == rows[policy]["cost"]
                assert record.cost.sum() == pytest.approx(rows[policy]["cost"])

    def test_too_many_days_are_refused_before_any_run(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def no_run(*_: object, **__: object) -> None:
            raise AssertionError

        monkeypatch.setattr(demo, "compare", no_run)
        with pytest.raises(InputError, match="days = 48: use 1 to 47"):
            demo.run_demo(48)

    def test_results_can_be_written(self, found: demo.Demo) -> None:
        text = json.dumps(found.as_dict(), allow_nan=False)
        assert [entry["plant"] for entry in json.loads(text)["comparisons"]] == [
            "cement_pv",
            "steel_powder",
            "sets_heater",
        ]


class TestReport:
    def test_nothing_is_loaded(self, html: str) -> None:
        page = _Page()
        page.feed(html)
        assert page.loads == []
        assert not re.search(r"@import|url\(", html[: html.index("<script>")])

    def test_plotly_stands_in_it_once(self, html: str) -> None:
        page = _Page()
        page.feed(html)
        assert sum(len(script) > 1_000_000 for script in page.scripts) == 1

    def test_each_plant_has_its_charts(self, found: demo.Demo, html: str) -> None:
        for comparison, story in zip(found.comparisons, found.stories, strict=True):
            assert f"<h2>{comparison.plant}</h2>" in html
            assert next(iter(story.records.values())).date in html
        assert html.count('class="plotly-graph-div"') == 1 + 2 * len(ENVS)

    def test_every_axis_has_its_unit(self, html: str) -> None:
        for title in (
            "Price\\u003cbr\\u003e[CNY\\u002fkWh]",
            "Power\\u003cbr\\u003e[MW]",
            "Power\\u003cbr\\u003e[kW]",
            "Brick\\u003cbr\\u003e[degC]",
            "Room\\u003cbr\\u003e[degC]",
            "Cost of the day [EUR]",
            "Clock hour",
        ):
            assert title in html

    def test_command_writes_report_and_results(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(demo, "DEMO_ENVS", ENVS[1:2])
        out = tmp_path / "report.html"
        result = CliRunner().invoke(app, ["demo", "--days=1", "--jobs=1", f"--out={out}"])
        assert result.exit_code == 0, result.stderr
        assert "steel_powder" in result.stdout
        assert out.read_text().startswith("<!doctype html>")
        readme = tmp_path / "README.md"
        readme.write_text("# A\n<!-- results -->\nyesterday\n<!-- /results -->\nend\n")
        update_readme(tmp_path / "report.json", readme)
        text = readme.read_text()
        assert "| steel_powder | rule |" in text
        assert "yesterday" not in text
        assert text.startswith("# A\n<!-- results -->\n| plant | policy |")
        assert text.endswith("\n<!-- /results -->\nend\n")
        check_report(out)  # may be written again

    def test_other_names_and_files_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=r"ends in \.html"):
            check_report(tmp_path / "report.json")
        (tmp_path / "report.html").write_text("<html>mine</html>")
        with pytest.raises(InputError, match="not written by plantgym"):
            check_report(tmp_path / "report.html")


class TestReadme:
    def test_table(self) -> None:
        table = results_table([{"plant": "mill", "currency": "EUR", "summary": [SUMMARY] * 2}])
        assert table.splitlines()[2:] == [
            "| mill | mpc | 12,346 EUR | 12.3% | 5.0% | 0.80 | 42 ms |",
            "|  | mpc | 12,346 EUR | 12.3% | 5.0% | 0.80 | 42 ms |",
        ]

    def test_only_the_block_changes(self) -> None:
        text = "a\n<!-- results -->\nold\n<!-- /results -->\nb"
        assert with_table(text, "new") == "a\n<!-- results -->\nnew\n<!-- /results -->\nb"

    @pytest.mark.parametrize("text", ["", "<!-- results -->", "<!-- /results --><!-- results -->"])
    def test_markers_are_needed(self, text: str) -> None:
        with pytest.raises(InputError, match="add the lines"):
            with_table(text, "new")

    @pytest.mark.parametrize("content", ["", "{}", "[]"])
    def test_other_files_are_refused(self, tmp_path: Path, content: str) -> None:
        (tmp_path / "r.json").write_text(content)
        with pytest.raises(InputError, match="results"):
            update_readme(tmp_path / "r.json", tmp_path / "README.md")


class TestSpeed:
    def test_every_case_gives_measurements(self) -> None:
        measured = measure_all(Effort(rounds=1, steps=30, vector_steps=2, decisions=1))
        names = [each.case for each in measured]
        assert len(names) == len(set(names)) >= len(CASES)
        assert all(each.value > 0 for each in measured)
        assert all((each.met is None) == (each.goal == "") for each in measured)

    def test_command_writes_json(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from plantgym.benchmarks import speed

        one = speed.Measurement("a case", 2.0, "x", "at least 1", True)
        monkeypatch.setattr(speed, "measure_all", lambda effort: [one])
        out = tmp_path / "speed.json"
        result = CliRunner().invoke(app, ["bench", "--json", str(out)])
        assert result.exit_code == 0
        assert "a case" in result.stdout
        assert json.loads(out.read_text())["measurements"] == [
            {"case": "a case", "value": 2.0, "unit": "x", "goal": "at least 1", "met": True}
        ]
