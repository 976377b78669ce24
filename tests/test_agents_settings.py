"""Settings of training: shipped ones, files, and what is refused."""

from typing import Any

import pytest

from plantgym.agents.settings import ppo_settings, read_settings
from plantgym.twins.errors import InputError

from .learners import ENV


class TestSettings:
    @pytest.mark.parametrize(
        ("changes", "named"),
        [
            ({"rows": 1, "rollout": 1}, "rows x rollout = 1: give at least 2"),
            ({"rows": 0}, "rows = 0: give a value of at least 1"),
            ({"steps": 1.5}, "steps = 1.5: give a whole number"),
            ({"gamma": 1.1}, "gamma = 1.1"),
            ({"hidden": []}, "hidden"),
            ({"hidden": [16, "x"]}, "hidden"),
            ({"joint": "yes"}, "joint"),
            ({"lerning_rate": 1.0}, "did you mean 'learning_rate'"),
        ],
    )
    def test_bad_settings(self, changes: dict[str, Any], named: str) -> None:
        with pytest.raises(InputError, match=named):
            ppo_settings(ENV, changes)

    def test_files(self, tmp_path: Any) -> None:  # noqa: ANN401
        path = tmp_path / "s.toml"
        path.write_text("rows = 8\n")
        assert ppo_settings(ENV, read_settings(path)).rows == 8
        path.write_text("rows 8\n")
        for bad in (path, tmp_path / "absent.toml"):
            with pytest.raises(InputError, match="give a TOML file"):
                read_settings(bad)
