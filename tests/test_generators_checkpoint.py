"""Fitted generators in files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from plantgym.twins.errors import InputError
from plantgym.twins.generators import (
    BELGIUM,
    GENERATORS,
    Site,
    default_folder,
    default_generator,
    fit_once,
    load_generator,
    make_generator,
    save_generator,
)

from .generation_days import made_up_days


@pytest.mark.parametrize("name", GENERATORS)
@pytest.mark.parametrize("site", [None, BELGIUM], ids=["nowhere", "Belgium"])
def test_what_is_read_draws_the_same(tmp_path: Path, name: str, site: Site | None) -> None:
    made = {} if name in ("analog", "copula") else {"steps": 3}
    if made:
        pytest.importorskip("torch")
    days = made_up_days()
    fitted = make_generator(name, site=site, **made).fit(days)
    save_generator(fitted, tmp_path / "fitted.npz")
    read = load_generator(tmp_path / "fitted.npz")
    assert read.hyperparameters() == fitted.hyperparameters()
    one, other = (
        each.sample(5, days.day(7), np.random.default_rng(0)).series for each in (fitted, read)
    )
    assert all((one[series] == other[series]).all() for series in one)


def test_a_second_fit_is_read_from_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "plantgym" / "generators"
    days = made_up_days()
    first = fit_once(default_generator(), days)
    (file,) = default_folder().iterdir()
    assert file.name.startswith("analog-")
    second = fit_once(default_generator(), days)
    assert second is not first
    assert second.limits_.capacity_kw == pytest.approx(first.limits_.capacity_kw)


def test_other_days_and_hyperparameters_have_other_files(tmp_path: Path) -> None:
    days = made_up_days()
    fit_once(make_generator("analog"), days, tmp_path)
    fit_once(make_generator("analog", k=7), days, tmp_path)
    fit_once(make_generator("analog", site=BELGIUM), days, tmp_path)
    fit_once(make_generator("analog"), days.take(range(50)), tmp_path)
    fit_once(make_generator("analog"), made_up_days(sources=("pv",)), tmp_path)
    assert len(list(tmp_path.iterdir())) == 5


def test_files_that_are_none_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "it.npz"
    with pytest.raises(InputError, match="generator file"):
        load_generator(file)
    file.write_text("nothing")
    with pytest.raises(InputError, match="generator file"):
        load_generator(file)
    np.savez(file, header=np.array('{"format": "plantgym generator 0"}'))
    with pytest.raises(InputError, match="give one of the format"):
        load_generator(file)
    np.savez(file, header=np.array('{"format": "plantgym generator 1"}'))
    with pytest.raises(InputError, match="save_generator"):
        load_generator(file)


def test_only_fitted_generators_are_saved(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="call fit"):
        save_generator(default_generator(), tmp_path / "it.npz")
    with pytest.raises(InputError, match="can be written"):
        save_generator(default_generator().fit(made_up_days()), tmp_path / "none" / "it.npz")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="folder"):
        fit_once(default_generator(), made_up_days(), tmp_path / "file" / "cache")
    assert [each.name for each in tmp_path.iterdir()] == ["file"]
