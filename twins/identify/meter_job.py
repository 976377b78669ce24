"""From the files of one meter to a plant: what the command line and fleets run."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ..errors import InputError, MissingExtraError
from ..intervals import parameters
from ..plant import StnPlant
from .fit_options import FitOptions
from .meter_reading import read_meter
from .process_toml import parse_process

if TYPE_CHECKING:
    from .identifier import Model, PlantIdentifier
    from .offset import BaseLoad

Progress = Callable[[float, str], None]
"""Takes the share that is done, 0 to 1, and what is being done."""


class FileContent(NamedTuple):
    """A file that has been read, to be parsed here or on another machine."""

    name: str
    content: bytes

    @classmethod
    def read(cls, path: Path) -> FileContent:
        """Read a file.

        Raises:
            InputError: a file that cannot be read.
        """
        try:
            return cls(str(path), path.read_bytes())
        except OSError as error:
            fix = f"give a readable file ({error.strerror})"
            raise InputError("file", str(path), fix) from None

    def opened(self) -> io.BytesIO:
        """The content as an open file that knows its name."""
        file = io.BytesIO(self.content)
        file.name = self.name
        return file

    def text(self) -> str:
        """The content as UTF-8 text.

        Raises:
            InputError: other text.
        """
        try:
            return self.content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError("file", self.name, f"save it as UTF-8 text ({error})") from None


class MeterFiles(NamedTuple):
    """The files of one meter: readings, prices, process, and PV of the region if it has PV."""

    meter: FileContent
    prices: FileContent
    process: FileContent
    pv: FileContent | None = None

    @classmethod
    def read(cls, meter: Path, prices: Path, process: Path, pv: Path | None = None) -> MeterFiles:
        """Read the files.

        Raises:
            InputError: a file that cannot be read.
        """
        read = FileContent.read
        return cls(read(meter), read(prices), read(process), None if pv is None else read(pv))


@dataclass(frozen=True, slots=True)
class Found:
    """What a fit found.

    Args:
        plant: with its intervals.
        model: `"lp"` or `"milp"`.
        options: of the fit.
        report: of the fit, by name; `left_out` lists the days that were left out in reading, too.
    """

    plant: StnPlant
    model: str
    options: FitOptions
    report: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """As it is written to files beside the plant."""
        return {
            "model": self.model,
            "options": asdict(self.options),
            "parameters": self.parameters(),
            "report": dict(self.report),
        }

    def parameters(self) -> list[dict[str, Any]]:
        """The parameters that were found: name, value, unit, low and high end of the interval."""
        own = parameters(self.plant)
        return [
            {
                "name": name,
                "value": own[name],
                "unit": "kW" if name.endswith("_kw") else self.plant.stock_unit,
                "low": low,
                "high": high,
            }
            for name, (low, high) in self.plant.intervals.items()
        ]


def fit_meter(
    files: MeterFiles, options: FitOptions, *, n_jobs: int = 1, progress: Progress | None = None
) -> Found:
    """Find the plant behind a meter.

    Args:
        files: of the meter.
        options: of the fit.
        n_jobs: processes that work at the same time.
        progress: is told how far the fit is.

    Raises:
        InputError: anything wrong in a file, by line; fewer days than validation needs; days that
            no plant of the process can explain.
        MissingExtraError: without the packages of the extra `identify`.
    """
    process = parse_process(files.process.text(), files.process.name)
    pv = None if files.pv is None else files.pv.opened()
    days = read_meter(files.meter.opened(), files.prices.opened(), pv_source=pv)
    training = days.days - options.validation_days
    if training < 1:
        fix = f"keep at least one of the meter's {days.days} days for training"
        raise InputError("validation_days", options.validation_days, fix)
    identifier = _estimator()(
        process,
        cast("Model", options.model),
        seed=options.seed,
        base_load=cast("BaseLoad", options.base_load),
        output_tolerance=options.output_tolerance,
        n_jobs=n_jobs,
        progress=progress,
    )
    validation = days.take(slice(training, None)) if options.validation_days else None
    identifier.fit_days(days.take(slice(training)), validation)
    report = identifier.report_.as_dict()
    left_out = {str(date): reason for date, reason in (*days.dropped, *report["left_out"])}
    return Found(
        identifier.plant_,
        identifier.model_,
        options,
        report | {"left_out": sorted(left_out.items())},
    )


def _estimator() -> type[PlantIdentifier]:
    try:
        from .identifier import PlantIdentifier
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or "scikit-learn", "identify") from None
    return PlantIdentifier
