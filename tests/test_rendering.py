"""Render modes on whole episodes, on machines with and without a window, or without matplotlib."""

import io
import subprocess
import sys
from collections.abc import Iterator

import gymnasium as gym
import matplotlib.pyplot as plt
import numpy as np
import pytest

from plantgym.envs import rendering
from plantgym.envs.stn_env import StnEnv
from plantgym.twins.errors import MissingExtraError

from . import window_backend
from .drawn_day import day


@pytest.fixture
def window() -> Iterator[None]:
    """A machine on which matplotlib can open windows."""
    usual = plt.get_backend()
    plt.switch_backend(f"module://{window_backend.__name__}")
    yield
    rendering.close_window()
    plt.switch_backend(usual)


@pytest.mark.parametrize("step_minutes", [60, 15])
@pytest.mark.parametrize("plant", ["cement_pv", "car_seat", "cement_mill", "steel_powder"])
def test_whole_days_of_shipped_plants(plant: str, step_minutes: int) -> None:
    market = "tou" if plant in ("cement_pv", "car_seat") else "belgium-real-time"
    env = StnEnv(plant, market, dr=True, step_minutes=step_minutes, render_mode="rgb_array")
    env.reset(seed=1)
    env.action_space.seed(1)
    n_steps = len(env.view().buy_price_per_kwh)
    shapes, over = set(), False
    while not over:
        if env.view().step % (n_steps // 2) == 0:
            shapes.add(np.asarray(env.render()).shape)
            _check_text(env)
        over = env.step(env.action_space.sample())[2]
    shapes.add(np.asarray(env.render()).shape)
    _check_text(env)
    assert len(shapes) == 1


def _check_text(env: StnEnv) -> None:
    text = rendering.render(env.record(), "ansi")
    assert isinstance(text, str)
    assert text.endswith("\n")
    assert max(map(len, text.splitlines())) <= 100
    ran = env.record().level
    for j, task in enumerate(env.plant.tasks):
        lines = [line[17:] for line in text.splitlines() if line.startswith(f"{task.name} ")]
        shown = "".join(lines).replace("·", "0").replace("x", "0")
        assert shown == "".join(f"{level:.0f}" for level in ran[:, j])


def test_random_episode_shows_modes_and_stocks_of_the_env() -> None:
    env = gym.make("plantgym/Stn-v0", plant="cement_pv", market="tou", render_mode="ansi")
    env.reset(seed=3)
    env.action_space.seed(3)
    applied = []
    for _ in range(7):
        *_, info = env.step(env.action_space.sample())
        applied.append(info["applied"])
    text = env.render()
    assert isinstance(text, str)
    t3 = next(line[17:] for line in text.splitlines() if line.startswith("T3 "))
    assert t3 == "".join("·12"[round(levels[2])] for levels in applied)
    stock_t = env.get_wrapper_attr("view")().stock_t
    assert f" {stock_t[0]:,.0f} t (0 to 10,000)" in text


def test_human_prints_where_no_window_can_be_opened(capsys: pytest.CaptureFixture[str]) -> None:
    assert rendering.render(day(), "human") is None
    assert capsys.readouterr().out == f"{rendering.render(day(), 'ansi')}\n"
    assert plt.get_fignums() == []


def test_human_prints_without_display(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_display(**_: object) -> None:
        raise ImportError("Cannot load backend 'TkAgg', as 'headless' is currently running")

    monkeypatch.setattr(plt, "figure", no_display)
    rendering.render(day(), "human")
    assert "mill_and_kiln" in capsys.readouterr().out


def test_human_prints_to_terminals_that_lack_the_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    rendering.render(day(), "human")
    assert b"mill             1x?2" in written.getvalue()


@pytest.mark.usefixtures("window")
def test_human_updates_one_window(capsys: pytest.CaptureFixture[str]) -> None:
    rendering.render(day(1), "human")
    (number,) = plt.get_fignums()
    rendering.render(day(2), "human")
    assert plt.get_fignums() == [number]
    title = plt.figure(number).texts[0].get_text()
    assert title == "mill_and_kiln, 2025-03-01, 10:00 (step 2 of 6)"
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("window")
def test_window_closes_once_and_opens_again() -> None:
    rendering.render(day(1), "human")
    rendering.close_window()
    rendering.close_window()
    assert plt.get_fignums() == []
    rendering.render(day(1), "human")
    assert len(plt.get_fignums()) == 1


@pytest.mark.usefixtures("window")
def test_window_that_the_user_closed_opens_again() -> None:
    rendering.render(day(1), "human")
    plt.close("all")
    rendering.render(day(2), "human")
    assert len(plt.get_fignums()) == 1


def test_env_in_human_mode_draws_every_step_and_closes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    env = StnEnv("cement_pv", "tou", render_mode="human")
    env.reset(seed=1)
    env.step(np.array([1, 0, 0]))
    env.close()
    env.close()
    printed = capsys.readouterr().out
    assert printed.count("Cost so far") == 2
    assert "step 1 of 24" in printed


@pytest.mark.parametrize("mode", ["rgb_array", "human"])
def test_without_matplotlib(
    mode: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module in ("matplotlib", "matplotlib.pyplot"):
        monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.delitem(sys.modules, "plantgym.envs.picture", raising=False)
    monkeypatch.delattr("plantgym.envs.picture", raising=False)
    if mode == "human":
        rendering.render(day(), mode)
        assert "mill_and_kiln" in capsys.readouterr().out
    else:
        with pytest.raises(MissingExtraError, match=r"pip install 'plantgym\[report\]'"):
            rendering.render(day(), mode)


def test_text_needs_no_matplotlib() -> None:
    code = "import sys, plantgym.envs.rendering; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
