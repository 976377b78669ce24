"""How good samples are, given what came: proper scores and distances of distributions.

Samples are [D, M, V] (days, samples, values) and outcomes [D, V], where the V values of a day are
those of all its steps and sources, in units that may be added (shares of the capacity). All scores
are better when they are smaller, but for the coverage, which is better when it is nearer to its
level.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..stn_tables import Floats

_LAGS = 6


def energy_score(samples: Floats, outcomes: Floats) -> Floats:
    """Energy score of each day [D]: E |X - y| - E |X - X'| / 2, in its fair form.

    Raises:
        InputError: shapes that do not fit, NaN, or fewer than two samples.

    Source:
        Gneiting, Raftery, JASA 102 (2007) 359-378, doi 10.1198/016214506000001437; the fair form
        (pairs of different samples) after Ferro, QJRMS 140 (2014) 1917-1923, doi 10.1002/qj.2270.
    """
    _check(samples, outcomes)
    count = samples.shape[1]
    to_outcome = np.linalg.norm(samples - outcomes[:, None], axis=2).mean(axis=1)
    square = (samples**2).sum(axis=2)
    product = samples @ samples.transpose(0, 2, 1)
    apart = np.sqrt(np.maximum(square[:, :, None] + square[:, None] - 2.0 * product, 0.0))
    itself = np.arange(count)
    apart[:, itself, itself] = 0.0
    between = apart.sum(axis=(1, 2)) / (count * (count - 1))
    return np.asarray(to_outcome - 0.5 * between)


def variogram_score(samples: Floats, outcomes: Floats, order: float = 0.5) -> Floats:
    """Variogram score of each day [D], summed over all pairs of values, each pair once.

    Raises:
        InputError: as `energy_score`.

    Source:
        Scheuerer, Hamill, Monthly Weather Review 143 (2015) 1321-1334, doi
        10.1175/MWR-D-14-00269.1.
    """
    _check(samples, outcomes)
    first, second = np.triu_indices(samples.shape[2], 1)
    score = np.empty(len(samples))
    for day, (drawn, came) in enumerate(zip(samples, outcomes, strict=True)):
        expected = (np.abs(drawn[:, first] - drawn[:, second]) ** order).mean(axis=0)
        score[day] = ((np.abs(came[first] - came[second]) ** order - expected) ** 2).sum()
    return score


def marginal_distance(samples: Floats, outcomes: Floats) -> float:
    """Wasserstein distance of what is drawn and what came, over all days, mean over the values.

    Raises:
        InputError: as `energy_score`.
    """
    _check(samples, outcomes)
    drawn = np.sort(samples.reshape(-1, samples.shape[2]), axis=0)
    came = np.sort(np.repeat(outcomes, samples.shape[1], axis=0), axis=0)
    return float(np.abs(drawn - came).mean())


def autocorrelation_distance(samples: Floats, outcomes: Floats, sources: int = 1) -> float:
    """Mean distance of autocorrelations within the day, up to six steps apart.

    Autocorrelations are of departures from the mean of the step, over all days, for each source.

    Args:
        samples: [D, M, V], one source after the other.
        outcomes: [D, V].
        sources: how many sources make the V values.

    Raises:
        InputError: as `energy_score`.
    """
    _check(samples, outcomes)
    drawn = samples.reshape(-1, sources, samples.shape[2] // sources)
    came = outcomes.reshape(len(outcomes), sources, -1)
    return float(np.abs(_autocorrelation(drawn) - _autocorrelation(came)).mean())


def coverage(
    samples: Floats, outcomes: Floats, counted: NDArray[np.bool_], level: float = 0.9
) -> float:
    """Share of the counted outcomes [D, V] that lie within the central interval of the samples.

    Raises:
        InputError: as `energy_score`.
    """
    _check(samples, outcomes)
    tail = 0.5 * (1.0 - level)
    low, high = np.quantile(samples, [tail, 1.0 - tail], axis=1)
    # Samples at a limit, such as 0, cover it; rounding must not lose them.
    within = (outcomes >= low - 1e-9) & (outcomes <= high + 1e-9)
    return float(within[counted].mean())


def _autocorrelation(days: Floats) -> Floats:
    """Autocorrelations [C, L] of days [D, C, T]."""
    departure = days - days.mean(axis=0)
    square = (departure**2).sum(axis=0)
    lags = range(1, min(_LAGS, days.shape[2] - 1) + 1)
    found = []
    for lag in lags:
        early, late = departure[..., :-lag], departure[..., lag:]
        together = (early * late).sum(axis=(0, 2))
        size = np.sqrt(square[:, :-lag].sum(axis=1) * square[:, lag:].sum(axis=1))
        found.append(np.divide(together, size, out=np.zeros_like(size), where=size > 0.0))
    return np.stack(found, axis=1)


def _check(samples: Floats, outcomes: Floats) -> None:
    if samples.ndim != 3 or not samples.size or samples.shape[1] < 2:
        fix = "give [days, samples, values] with at least two samples"
        raise InputError("samples shape", samples.shape, fix)
    if outcomes.shape != (samples.shape[0], samples.shape[2]):
        fix = f"give {(samples.shape[0], samples.shape[2])}, [days, values]"
        raise InputError("outcomes shape", outcomes.shape, fix)
    for name, values in (("samples", samples), ("outcomes", outcomes)):
        if not np.isfinite(values).all():
            raise InputError(name, "NaN or infinite", "fill the gaps, or leave these days out")
