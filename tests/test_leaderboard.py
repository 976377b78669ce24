"""The leaderboard: kept results, their scores, the page that is made of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from plantgym.benchmarks.aggregates import bootstrap_interval
from plantgym.benchmarks.cases import Case
from plantgym.benchmarks.compare import compare
from plantgym.benchmarks.episodes import run_unit
from plantgym.benchmarks.leaderboard_field import Contestant, Round, Setting, chosen, leaderboard
from plantgym.benchmarks.leaderboard_files import (
    RESULTS,
    DayResult,
    KeptResult,
    read_kept,
    result_path,
    write_kept,
)
from plantgym.benchmarks.leaderboard_learners import Effort, Learner, clone, fast_trainer, sb3
from plantgym.benchmarks.leaderboard_page import (
    PAGE,
    all_standings,
    rendered_page,
    round_markdown,
    score_rows,
)
from plantgym.benchmarks.leaderboard_run import Work, run_missing, stale
from plantgym.benchmarks.leaderboard_scores import overall, standings
from plantgym.envs import ENV_IDS
from plantgym.twins.errors import InputError

from .test_cli import error_line, plantgym
from .test_compare import small_case

ROOT = Path(__file__).resolve().parents[1]
TINY = Setting("tiny", "Tiny", lambda env_id: small_case())
PLAIN = tuple(map(Contestant, ("rule", "threshold", "optimum")))
QUICK: dict[str, Any] = {"steps": 768, "rows": 16, "rollout": 24, "minibatch": 128, "hidden": [8]}


def tiny(*more: Contestant, days: int = 2, setting: Setting = TINY) -> Round:
    return Round("plantgym/Stn-v0", setting, (*PLAIN, *more), days, training_seeds=(0, 1))


def work(folder: Path, **more: Any) -> Work:  # noqa: ANN401
    (folder / "results").mkdir(exist_ok=True)
    return Work(folder / "results", folder / "runs", **more)


def outcomes(each: Round, how: Work) -> list[str]:
    return [what for _, what in run_missing(each.entries(), how)]


def unlearned(case: Any, seed: int, settings: Any, folder: Path) -> Effort:  # noqa: ANN401
    """Writes the weights that a training begins with."""
    from plantgym.agents.ppo import Learner as Ppo
    from plantgym.agents.settings import ppo_settings
    from plantgym.agents.validation import make_rows

    env = make_rows(case.env_id, 2, case.arguments, autoreset_mode="SameStep")
    Ppo(env, ppo_settings(case.env_id, settings), seed, "cpu").actor(case.env_id).save(
        folder / "policy.npz"
    )
    return Effort(7, 0.5)


def dabbler(**changes: object) -> Contestant:
    pytest.importorskip("torch")
    return Contestant("dabbler", Learner("ppo", "policy.npz", lambda env: changes, unlearned))


class TestRun:
    def test_results_are_those_of_a_comparison(self, tmp_path: Path) -> None:
        how = work(tmp_path)
        assert outcomes(tiny(), how) == ["made"] * 3
        rows = compare(small_case(), [each.name for each in PLAIN], days=2).rows
        for entry in tiny().entries():
            kept = read_kept(result_path(how.results, entry))
            assert kept is not None
            own = [row for row in rows if row["policy"] == entry.contestant.name]
            assert [(day.day, day.cost) for day in kept.days] == [
                (row["day"], row["cost"]) for row in own
            ]
            assert (kept.currency, kept.trained, kept.training) == ("EUR", None, None)
        assert list(how.runs.iterdir()) == []

    def test_what_is_there_is_left_alone_until_it_is_stale(self, tmp_path: Path) -> None:
        how = work(tmp_path)
        outcomes(tiny(), how)
        assert outcomes(tiny(), how) == ["there"] * 3
        assert stale(tiny().entries(), how.results) == []
        more, other = tiny(days=3), Setting("tiny", "Tiny", lambda env_id: small_case(dr=False))
        elsewhere = tiny(setting=other)
        for changed in (more, elsewhere):
            assert stale(changed.entries(), how.results) == changed.entries()
        assert outcomes(more, how) == ["made"] * 3
        assert stale(more.entries(), how.results) == []

    def test_a_run_that_is_cut_off_goes_on(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        how, ran = work(tmp_path), list[str]()

        def one_day(run: str, case: Any, policy: str, day: str, seed: int) -> Any:  # noqa: ANN401
            if len(ran) == 1:
                ran.append("cut off")
                raise KeyboardInterrupt
            ran.append(day)
            return run_unit(run, case, policy, day, seed)

        monkeypatch.setattr("plantgym.benchmarks.leaderboard_run.run_unit", one_day)
        entry = tiny().entries()[0]
        with pytest.raises(KeyboardInterrupt):
            list(run_missing([entry], how))
        assert read_kept(result_path(how.results, entry)) is None
        assert list(run_missing([entry], how)) == [(entry, "made")]
        kept = read_kept(result_path(how.results, entry))
        assert kept is not None
        assert [ran[0], ran[2]] == [day.day for day in kept.days]
        assert list(how.runs.iterdir()) == []

    def test_jobs_change_nothing(self, tmp_path: Path) -> None:
        one, two = tmp_path / "one", tmp_path / "two"
        for folder, jobs in ((one, 1), (two, 2)):
            folder.mkdir()
            outcomes(tiny(), work(folder, jobs=jobs))
        found = [standings(tiny(), folder / "results") for folder in (one, two)]
        assert [[each.cost_mean for each in side.ran] for side in found[:1]] == [
            [each.cost_mean for each in side.ran] for side in found[1:]
        ]


class TestTrained:
    def test_training_is_asked_for(self, tmp_path: Path) -> None:
        each = tiny(dabbler())
        assert outcomes(each, work(tmp_path)) == ["made"] * 3 + ["not trained"] * 2
        assert outcomes(each, work(tmp_path, train=True)) == ["there"] * 3 + ["made"] * 2
        assert outcomes(each, work(tmp_path, train=True)) == ["there"] * 5
        one = standings(each, tmp_path / "results").of("dabbler")
        assert one is not None
        assert (one.seeds, one.training_minutes) == (2, 0.5 / 60)

    def test_results_stand_without_the_policy(self, tmp_path: Path) -> None:
        each = tiny(dabbler())
        outcomes(each, work(tmp_path, train=True))
        assert outcomes(each, Work(tmp_path / "results", tmp_path / "none")) == ["there"] * 5

    def test_other_settings_need_another_training(self, tmp_path: Path) -> None:
        outcomes(tiny(dabbler()), work(tmp_path, train=True))
        wider = tiny(dabbler(hidden=[4]))
        assert outcomes(wider, work(tmp_path)) == ["there"] * 3 + ["not trained"] * 2
        assert stale(wider.entries(), tmp_path / "results") == wider.entries()[3:]
        assert outcomes(wider, work(tmp_path, train=True)) == ["there"] * 3 + ["made"] * 2

    def test_a_policy_that_was_replaced_is_run_anew(self, tmp_path: Path) -> None:
        each = tiny(dabbler())
        outcomes(each, work(tmp_path, train=True))
        name = each.entries()[3].name
        path = tmp_path / "runs" / name / "policy.npz"
        path.write_bytes((tmp_path / "runs" / each.entries()[4].name / "policy.npz").read_bytes())
        assert outcomes(each, work(tmp_path)) == ["there"] * 3 + ["made", "there"]

    def test_a_training_that_is_cut_off_leaves_nothing_to_run(self, tmp_path: Path) -> None:
        def cut_off(case: Any, seed: int, settings: Any, folder: Path) -> Effort:  # noqa: ANN401
            unlearned(case, seed, settings, folder)
            raise KeyboardInterrupt

        pytest.importorskip("torch")
        learner = Learner("ppo", "policy.npz", lambda env: {}, cut_off)
        entry = tiny(Contestant("dabbler", learner)).entries()[3]
        with pytest.raises(KeyboardInterrupt):
            list(run_missing([entry], work(tmp_path, train=True)))
        whole = tiny(dabbler()).entries()[3]
        assert list(run_missing([whole], work(tmp_path))) == [(whole, "not trained")]
        assert list(run_missing([whole], work(tmp_path, train=True))) == [(whole, "made")]

    def test_the_learners_of_the_field(self, tmp_path: Path) -> None:
        pytest.importorskip("stable_baselines3")
        quick = {"steps": 128, "rows": 8, "n_steps": 8, "batch_size": 64}
        each = tiny(
            Contestant("ppo", fast_trainer(**QUICK)), Contestant("theirs", sb3("sb3-ppo", **quick))
        )
        how = work(tmp_path, train=True)
        assert outcomes(each, how) == ["made"] * 7
        kept = [read_kept(result_path(how.results, entry)) for entry in each.entries()[3:]]
        efforts = [one.training for one in kept if one and one.training]
        assert [effort.steps for effort in efforts] == [768, 768, 128, 128]
        assert all(effort.cpu_s > 0 for effort in efforts)

    def test_a_clone_of_the_optimum(self, tmp_path: Path) -> None:
        pytest.importorskip("minari")
        quick = Contestant("bc", clone(shown_days=3, epochs=1, minibatch=16, hidden=[4]))
        steel, how = Setting("plain", "Plain", Case), work(tmp_path, train=True)
        each = Round("plantgym/SteelPowder-v0", steel, (*PLAIN, quick), 1, training_seeds=(0, 1))
        assert outcomes(each, how) == ["made"] * 5
        (data,) = (how.runs / "datasets").iterdir()
        assert data.name == "SteelPowder.plain.3"
        one = standings(each, how.results).of("bc")
        assert one is not None
        assert one.scores.shape == (2, 1)


def kept_result(*costs: float, bound: float | None = None, seed: int | None = None) -> KeptResult:
    days = tuple(
        DayResult(f"2025-06-0{number}", cost, 0.002, bound)
        for number, cost in enumerate(costs, start=1)
    )
    effort = None if seed is None else Effort(1000, 60.0 + 60.0 * seed)
    return KeptResult({"data": "d"}, "1.0", "EUR", None, effort, days)


@pytest.fixture
def by_hand(tmp_path: Path) -> Path:
    """Four days: the rule costs 100, the optimum 60; two trainings, two policies not run."""
    each = tiny(Contestant("agent", fast_trainer()), Contestant("mpc"))
    results = {
        "rule": kept_result(100.0, 100.0, 100.0, 50.0),
        "optimum": kept_result(60.0, 60.0, 60.0, 50.0, bound=60.0),
        "agent.0": kept_result(70.0, 60.0, 80.0, 50.0, seed=0),
        "agent.1": kept_result(60.0, 60.0, 260.0, 50.0, seed=1),
    }
    for entry in each.entries():
        name = entry.name.removeprefix("Stn.tiny.")
        if name in results:
            write_kept(result_path(tmp_path, entry), results[name])
    return tmp_path


class TestScores:
    def test_worked_out_by_hand(self, by_hand: Path) -> None:
        found = standings(tiny(Contestant("agent", fast_trainer()), Contestant("mpc")), by_hand)
        assert [one.policy for one in found.ran] == ["optimum", "agent", "rule"]
        agent = found.of("agent")
        assert agent is not None
        # On the fourth day nothing can be saved.
        np.testing.assert_allclose(agent.scores, [[0.75, 1.0, 0.5], [1.0, 1.0, -4.0]])
        assert agent.score == pytest.approx((0.5 + 0.75 + 1.0 + 1.0) / 4)
        assert agent.cost_mean == pytest.approx(690 / 8)
        assert agent.gap == pytest.approx(690 / 460 - 1)
        assert agent.cost_cvar95 == 260.0
        assert agent.decision_ms == pytest.approx(2.0)
        assert agent.training_minutes == pytest.approx(1.5)
        assert found.missing == {"threshold": "not run", "mpc": "not run"}
        assert overall([found], "agent") == (agent.score, agent.interval)
        assert overall([found, standings(tiny(), by_hand / "none")], "agent") is None
        fewer = replace(found, ran=(replace(agent, scores=agent.scores[:1]),))
        assert overall([found, fewer], "agent") is None

    def test_the_table_names_what_was_not_run(self, by_hand: Path) -> None:
        each = standings(tiny(Contestant("agent", fast_trainer()), Contestant("mpc")), by_hand)
        text = round_markdown(each)
        assert "| agent | 2 of 2 | 0.812 |" in text
        assert "| 86 | 260 | 50.0% | 2 | 1.5 |" in text
        assert text.endswith("Not run: `threshold`, `mpc`.")
        _, rows = score_rows([each])
        assert [row[:2] for row in rows[-2:]] == [["threshold", "not run"], ["mpc", "not run"]]

    def test_without_references_there_are_no_scores(self, by_hand: Path) -> None:
        (by_hand / "Stn.tiny.optimum.json").unlink()
        found = standings(tiny(Contestant("agent", fast_trainer())), by_hand)
        assert found.ran == ()
        assert set(found.missing.values()) == {"rule or optimum was not run"}

    def test_other_days_do_not_count(self, by_hand: Path) -> None:
        write_kept(by_hand / "Stn.tiny.mpc.json", kept_result(60.0, 60.0))
        found = standings(tiny(Contestant("mpc")), by_hand)
        assert found.missing == {"threshold": "not run", "mpc": "run on other days"}

    @pytest.mark.parametrize("content", ["", "[]", '{"format": "plantgym leaderboard 1"}'])
    def test_other_files_are_refused(self, by_hand: Path, content: str) -> None:
        (by_hand / "Stn.tiny.rule.json").write_text(content)
        with pytest.raises(InputError, match="result file"):
            standings(tiny(), by_hand)

    def test_trainings_on_the_same_days_are_no_further_days(self) -> None:
        days = np.random.default_rng(3).normal(size=40)
        alike = np.tile(days, (5, 1))
        (low, high), (one_low, one_high) = bootstrap_interval([alike]), bootstrap_interval([days])
        assert high - low == pytest.approx(one_high - one_low, rel=0.1)
        pooled_low, pooled_high = bootstrap_interval([alike.ravel()])
        assert pooled_high - pooled_low < 0.6 * (high - low)


class TestPublished:
    def test_the_page_shows_the_kept_results(self) -> None:
        text = (ROOT / PAGE).read_text("utf-8")
        found = all_standings(leaderboard(), ROOT / RESULTS)
        assert rendered_page(text, found) == text, "run `plantgym leaderboard`"

    def test_every_kept_file_stands_on_the_page(self) -> None:
        names = {entry.name for entry in chosen(leaderboard())}
        assert {path.stem for path in (ROOT / RESULTS).iterdir()} <= names

    def test_every_env_takes_part(self) -> None:
        envs = {each.env_id for each in leaderboard()}
        assert envs == set(ENV_IDS) - {"plantgym/Stn-v0"}

    @pytest.mark.slow
    def test_no_kept_result_is_stale(self) -> None:
        assert [entry.name for entry in stale(chosen(leaderboard()), ROOT / RESULTS)] == []


class TestCommand:
    def test_page_and_pictures_are_written(self, tmp_path: Path) -> None:
        pytest.importorskip("matplotlib")
        page = tmp_path / "board.md"
        marks = [f"<!-- {each.setting.name} -->\n<!-- /{each.setting.name} -->" for each in
                 leaderboard()]  # fmt: skip
        page.write_text("\n".join(dict.fromkeys(marks)))
        (tmp_path / "results").mkdir()
        done = plantgym(
            *("leaderboard", "--run", "--envs=SteelPowder", "--policies=rule,threshold,optimum"),
            *(f"--results={tmp_path / 'results'}", f"--page={page}", f"--runs={tmp_path / 'runs'}"),
        )
        assert done.exit_code == 0, done.stderr
        assert "SteelPowder.real.threshold: made" in done.stderr
        assert "| optimum |  | 1.000 | 1.00 to 1.00 |" in page.read_text()
        assert (tmp_path / "images" / "leaderboard_real.png").read_bytes()[1:4] == b"PNG"

    @pytest.mark.parametrize(
        ("options", "told"),
        [
            (["--envs=Moon"], "use some of CementPv,"),
            (["--policies=best"], "--policies = 'best'"),
            (["--settings=unreal"], "use some of real"),
            (["--results=nowhere"], "run this in the repository"),
            (["--page=nowhere.md"], "run this in the repository"),
        ],
    )
    def test_bad_input(self, options: list[str], told: str) -> None:
        given = [f"--results={ROOT / RESULTS}", f"--page={ROOT / PAGE}", *options]
        assert told in error_line(plantgym("leaderboard", *given))
