"""Data sets of optimal days, behaviour cloning, and trainings that begin with a policy."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

minari = pytest.importorskip("minari")
torch = pytest.importorskip("torch")

from plantgym.agents.actor import load_actor  # noqa: E402 - after the checks above
from plantgym.agents.demonstrations import Demonstrations, load_demonstrations  # noqa: E402
from plantgym.agents.imitation import train_bc  # noqa: E402
from plantgym.agents.ppo_policy import PpoPolicy  # noqa: E402
from plantgym.agents.training import Training, train  # noqa: E402
from plantgym.benchmarks.cases import Case  # noqa: E402
from plantgym.benchmarks.dataset import write_dataset  # noqa: E402
from plantgym.benchmarks.imitation_cli import find_shown  # noqa: E402
from plantgym.twins.errors import InputError  # noqa: E402

from .learners import ENV, days, judged, settings, short_day  # noqa: E402
from .test_cli import error_line, plantgym  # noqa: E402

CEMENT = Case("plantgym/CementPv-v0", "train")
PRICES = days((1, 3), (3, 1), (1, 2), (2, 1), (5, 4), (4, 5))
ARGUMENTS: dict[str, Any] = {"plant": short_day(), "scenarios": PRICES, "split": "all"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of three days of the cement factory."""
    out = tmp_path_factory.mktemp("sets")
    return write_dataset(CEMENT, out, days=3, seed=1, tell=lambda share, doing: None)


def obvious() -> Demonstrations:
    """The optimum of a plant that must run in one of two hours: the cheaper one."""
    env = gym.make(ENV, **ARGUMENTS)
    runs, seen, rewards = [], [], []
    for day, prices in enumerate(PRICES.series["buy_price_per_kwh"]):
        obs = [env.reset(seed=0, options={"day": day})[0]]
        modes = (prices == prices.min()).astype(np.int64)[:, None]
        earned = []
        for mode in modes:
            after, reward, *_ = env.step(mode)
            obs.append(after)
            earned.append(reward)
        runs.append(modes)
        seen.append(obs)
        rewards.append(earned)
    dates = [str(date) for date in PRICES.dates]
    return Demonstrations(
        ENV, ARGUMENTS, dates, [0] * 6, np.array(seen), np.array(runs), np.array(rewards)
    )


def clone(out: Path, shown: Demonstrations, **changes: Any) -> Any:  # noqa: ANN401
    given = {"epochs": 150, "minibatch": 4, "hidden": [16], "learning_rate": 0.01, **changes}
    return train_bc(shown, out, changes=given, validation=judged(PRICES))


class TestDataset:
    def test_it_replays_bit_for_bit_in_the_env(self, folder: Path) -> None:
        shown = load_demonstrations(folder)
        env = gym.make(shown.env_id, **shown.arguments)
        for day, date in enumerate(shown.dates):
            obs, _ = env.reset(seed=shown.seeds[day], options={"day": date})
            assert np.array_equal(obs, shown.observations[day, 0])
            for step, action in enumerate(shown.actions[day]):
                obs, reward, *_ = env.step(action)
                assert np.array_equal(obs, shown.observations[day, step + 1])
                assert reward == shown.rewards[day, step]

    def test_its_days_are_optimal(self, folder: Path) -> None:
        shown = load_demonstrations(folder)
        base: Any = gym.make(shown.env_id, **shown.arguments).unwrapped
        from plantgym.twins.scheduling import Scheduler

        scheduler = Scheduler(base.batch.tables)
        for day, date in enumerate(shown.dates):
            base.reset(seed=shown.seeds[day], options={"day": date})
            bound = scheduler.plan(base.hindsight(), mip_gap=1e-6).bound
            cost = -shown.rewards[day].sum() * base.reference_cost
            assert cost == pytest.approx(bound, rel=1e-5)

    def test_minari_reads_it_and_makes_its_env(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MINARI_DATASETS_PATH", str(folder.parents[2]))
        found = minari.load_dataset("plantgym/cementpv/optimum-v0")
        assert (found.total_episodes, found.total_steps) == (3, 72)
        env = found.recover_environment()
        assert env.unwrapped.plant.name == "cement_pv"

    def test_a_second_one_in_the_same_place_is_refused(self, folder: Path) -> None:
        with pytest.raises(InputError, match="another folder"):
            write_dataset(CEMENT, folder.parents[2], days=3, seed=1, tell=lambda share, doing: None)

    def test_folders_without_one_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="--dataset"):
            load_demonstrations(tmp_path)

    def test_one_that_was_cut_off_is_refused(self, folder: Path, tmp_path: Path) -> None:
        cut = tmp_path / "cut"
        shutil.copytree(folder, cut)
        # Minari writes the episodes first, and how many there are last.
        about = cut / "data" / "metadata.json"
        about.write_text(json.dumps({**json.loads(about.read_text()), "total_episodes": 0}))
        with pytest.raises(InputError, match="make it anew"):
            load_demonstrations(cut)


class TestCloning:
    def test_it_learns_the_obvious_optimum(self, tmp_path: Path) -> None:
        result = clone(tmp_path, obvious())
        assert result.gap == pytest.approx(0.0, abs=1e-9)
        assert result.score == pytest.approx(1.0)
        assert json.loads((tmp_path / "result.json").read_text())["result"]["gap"] == result.gap

    def test_it_learns_from_what_is_shown_and_not_from_the_prices(self, tmp_path: Path) -> None:
        shown = obvious()
        late = np.tile(np.array([[0], [1]]), (6, 1, 1))
        again = gym.make(ENV, **ARGUMENTS)
        seen = []
        for day in range(6):
            obs = [again.reset(seed=0, options={"day": day})[0]]
            obs += [again.step(mode)[0] for mode in late[day]]
            seen.append(obs)
        result = clone(tmp_path, replace(shown, actions=late, observations=np.array(seen)))
        prices = PRICES.series["buy_price_per_kwh"]
        assert result.validation_cost == pytest.approx(100.0 * prices[:, 1].mean())

    def test_the_same_seed_gives_the_same_bits(self, tmp_path: Path) -> None:
        for name in ("one", "other"):
            clone(tmp_path / name, obvious(), epochs=5)
        files = [(tmp_path / name / "policy.npz").read_bytes() for name in ("one", "other")]
        assert files[0] == files[1]

    def test_a_data_set_that_the_env_runs_otherwise_is_refused(self, tmp_path: Path) -> None:
        shown = obvious()
        wrong = np.array(shown.observations)
        wrong[2, 1] += 0.1
        with pytest.raises(InputError, match="step 1"):
            clone(tmp_path, replace(shown, observations=wrong))

    def test_unknown_settings_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="did you mean 'epochs'"):
            train_bc(obvious(), tmp_path, changes={"epoch": 3})
        with pytest.raises(InputError, match="hidden = 64"):
            train_bc(obvious(), tmp_path, changes={"hidden": 64})


class TestWarmStart:
    def test_a_training_begins_as_the_policy_that_it_starts_from(self, tmp_path: Path) -> None:
        clone(tmp_path / "clone", obvious())
        start = tmp_path / "clone" / "policy.npz"
        training = Training(
            env_id=ENV,
            out=tmp_path / "ppo",
            settings=settings(steps=512, hidden=[16], learning_rate=1e-9, explore=0.0),
            arguments=ARGUMENTS,
            validation=judged(PRICES),
            start=start,
        )
        assert train(training).gap == pytest.approx(0.0, abs=1e-9)
        pairs = zip(
            load_actor(start).layers,
            load_actor(tmp_path / "ppo" / "policy.npz").layers,
            strict=True,
        )
        for (weights, biases), (later_weights, later_biases) in pairs:
            assert later_weights == pytest.approx(weights, abs=1e-5)
            assert later_biases == pytest.approx(biases, abs=1e-5)

    def test_other_widths_and_absent_files_are_refused(self, tmp_path: Path) -> None:
        clone(tmp_path / "clone", obvious(), epochs=1)
        for hidden, start in (([8], "policy.npz"), ([16], "none.npz")):
            training = Training(
                env_id=ENV,
                out=tmp_path / str(hidden),
                settings=settings(hidden=hidden),
                arguments=ARGUMENTS,
                start=tmp_path / "clone" / start,
            )
            with pytest.raises(InputError, match=r"start|policy file"):
                train(training)


class TestCommands:
    def test_dataset_and_clone(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        made = plantgym("dataset", "CementPv", "--days=2", "--out=datasets")
        assert made.exit_code == 0, made.stderr
        folder = Path("datasets") / "plantgym" / "cementpv" / "optimum-v0"
        assert f"Data set: {folder}" in made.stdout.replace("\n", "")
        few = tmp_path / "few.toml"
        few.write_text("epochs = 2\n")
        options = ("--algorithm=bc", f"--dataset={folder}", f"--settings={few}")
        done = plantgym(
            "train", "CementPv", f"--out={tmp_path / 'bc'}", "--validation-days=2", *options
        )
        assert done.exit_code == 0, done.stderr
        assert "48 steps imitated" in done.stdout
        assert re.search(r"validation days: cost [\d,]+, optimum [\d,]+, gap [\d,.]+%", done.stdout)
        policy = PpoPolicy(tmp_path / "bc" / "policy.npz")
        assert policy.actor.env_id == "plantgym/CementPv-v0"

    def test_a_clone_is_judged_on_the_env_of_its_data_set(self, tmp_path: Path) -> None:
        belgian = Case("plantgym/CementMill-v0", "train", {"market": "belgium-day-ahead"})
        made = write_dataset(belgian, tmp_path, days=1, seed=0, tell=lambda *_: None)
        plain = Case("plantgym/CementMill-v0", "train")
        assert find_shown(plain, made)[0].arguments["market"] == "belgium-day-ahead"
        other = replace(plain, arguments={"dr": True})
        assert find_shown(other, made)[0].arguments == {"dr": True}

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            (["--algorithm=bc"], "--dataset"),
            (["--dataset=there"], "--dataset"),
            (["--algorithm=adp", "--start=there"], "--start"),
        ],
    )
    def test_options_that_do_not_go_together_are_refused(
        self, tmp_path: Path, options: list[str], words: str
    ) -> None:
        few = ("--validation-days=0", f"--out={tmp_path / 'run'}")
        done = plantgym("train", "CementPv", *few, *options)
        assert words in error_line(done)

    def test_adp_says_how_good_it_is(self, tmp_path: Path) -> None:
        done = plantgym(
            "train", "CementMill", "--algorithm=adp", "--validation-days=2", f"--out={tmp_path}"
        )
        assert done.exit_code == 0, done.stderr
        assert "360 days in" in done.stdout
        assert (tmp_path / "hybrid.npz").is_file()
