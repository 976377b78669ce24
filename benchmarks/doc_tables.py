"""Rewrite the tables in the documents from the results in `docs/results`.

    python -m plantgym.benchmarks.doc_tables

The results are what `plantgym reproduce NAME`, `plantgym signals`, `plantgym compare SetsHeater`
and the module `live_load` write. Each table stands between markers, such as `<!-- psi -->` and
`<!-- /psi -->`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..twins.errors import InputError, PlantgymError
from ..twins.whole_file import write_whole
from .forecast_study import FORECASTS_FORMAT, forecasts_markdown
from .found_parameters import FoundParameter
from .generator_study import GENERATORS_FORMAT
from .generator_tables import generators_markdown, weather_markdown
from .health_tables import HEALTH_FORMAT, faults_markdown, methods_markdown
from .heater_doc_tables import HEATER_FORMATS, HEATER_REGIONS
from .learning_speed import RACE_FORMAT, race_markdown
from .line_study import LINES_FORMAT, LineStudy
from .line_table import LineResult, LineSummary, percent, percents
from .live_table import LIVE_FORMAT, live_markdown
from .markdown import markdown_table, with_region
from .model_error import ModelError
from .psi_table import PRICE_HEADERS, PSI_HEADERS, MeanRms, PsiRow, price_cells, psi_cells, seconds
from .reproduce import OURS, REPRODUCTION_FORMAT
from .uncertain_doc_tables import UNCERTAIN_FORMATS, UNCERTAIN_REGIONS

_RESULTS = Path("docs") / "results"
_FORMATS = MappingProxyType(
    {
        "psi": REPRODUCTION_FORMAT,
        "lines": LINES_FORMAT,
        "generators": GENERATORS_FORMAT,
        "forecasts": FORECASTS_FORMAT,
        "health": HEALTH_FORMAT,
        "live": LIVE_FORMAT,
        "learning-speed": RACE_FORMAT,
        **HEATER_FORMATS,
        **UNCERTAIN_FORMATS,
    }
)
_COMMANDS = MappingProxyType(
    {
        **{name: f"plantgym reproduce {name} --json" for name in _FORMATS},
        "signals": "plantgym signals --json",
        "heater": "plantgym compare SetsHeater --out",
        "heater-validation": "plantgym compare SetsHeater --split validation --out",
        "live": "python -m plantgym.benchmarks.live_load --json",
    }
)
_PUBLISHED = "published PSI"
_TEST = "test_baseline"

Results = Mapping[str, Any]
"""The results of a reproduction, as its JSON file holds them."""


def read_results(root: Path) -> dict[str, Results]:
    """The results of each command, by name.

    Args:
        root: folder of the repository.

    Raises:
        InputError: a file that is absent, or none of its command.
    """
    return {name: _read(root / _RESULTS / f"{name}.json", _FORMATS[name]) for name in _FORMATS}


def rendered(document: str, text: str, results: Mapping[str, Results]) -> str:
    """The text of a document with its tables as the results have them.

    Args:
        document: one of `REGIONS`.
        text: of the document.
        results: as `read_results` gives them.

    Raises:
        InputError: a text without the markers.
    """
    for name, render in REGIONS[document].items():
        text = with_region(document, text, name, render(results))
    return text


def update_documents(root: Path) -> None:
    """Rewrite the tables of all documents.

    Args:
        root: folder of the repository.

    Raises:
        InputError: results or markers that are missing.
    """
    results = read_results(root)
    for document in REGIONS:
        path = root / document
        write_whole(path, rendered(document, path.read_text("utf-8"), results))


def _psi(results: Mapping[str, Results]) -> str:
    """A table a plant: the published figures, and ours."""
    rows, run = _psi_rows(results["psi"]), results["psi"]
    parts = [_note(run, f"Load error as mean/rms in %, seed {run['seed']}.")]
    for plant in dict.fromkeys(row.plant for row in rows):
        header = (plant, *PSI_HEADERS[1:])
        cells = [psi_cells(row) for row in rows if row.plant == plant]
        parts.append(markdown_table(header, cells, left=2))
    return "\n\n".join(parts)


def _model_error(results: Mapping[str, Results]) -> str:
    """What planners lose, a row a plant and planner."""
    run, rows = results["psi"], []
    for entry in run["price_of_model_error"]:
        own = {name: entry[name] for name in ModelError.__slots__}
        rows.append([entry["plant"], *price_cells(ModelError(**own))])
    note = f"Costs in {run['currency']} per day."
    return f"{note}\n\n{markdown_table(('plant', *PRICE_HEADERS), rows, left=2)}"


def _lines(results: Mapping[str, Results]) -> str:
    """A row a noise: the random lines together."""
    run = results["lines"]
    summaries = _summaries(run)
    seeds = sorted({entry["seed"] for entry in run["lines"]})
    told = (
        f"{len(seeds)} lines (seeds {seeds[0]} to {seeds[-1]}), {run['days']} days each. "
        "Median/worst of the lines, errors in %."
    )
    rows = [
        [
            f"{each.noise:.0%}",
            *(percents(*pair) for pair in (each.test_error, each.train_error)),
            *(percents(*pair) for pair in (each.power_error, each.greatest_power_error)),
            f"{each.right_hours:.0%}",
            f"{each.inside:.0%}",
            *("/".join(map(seconds, pair)) for pair in (each.wall_s, each.cpu_s)),
            str(each.failed),
        ]
        for each in summaries
    ]
    header = (
        *("noise", "test", "train", "powers: median of a line", "greatest of a line"),
        *("hours right", "in intervals", "wall s", "CPU s", "no plant"),
    )
    return f"{_note(run, told)}\n\n{markdown_table(header, rows)}"


def _short(results: Mapping[str, Results]) -> str:
    """The headline: test errors of the methods that find plants, and of the random lines."""
    rows = _psi_rows(results["psi"])
    methods = (_PUBLISHED, *OURS)
    errors = {(row.plant, row.method): row.errors[_TEST].mean for row in rows}
    plants = dict.fromkeys(row.plant for row in rows)
    table = markdown_table(
        ("test error", *methods),
        [[plant, *(f"{percent(errors[plant, each])} %" for each in methods)] for plant in plants],
    )
    lines = "; ".join(_headline(each) for each in _summaries(results["lines"]))
    return f"{table}\n\nRandom production lines, on/off stages: {lines}."


def _generators(results: Mapping[str, Results]) -> str:
    """A table a case, a row a generator."""
    return generators_markdown(results["generators"])


def _weather(results: Mapping[str, Results]) -> str:
    """A row a method and block of days."""
    return weather_markdown(results["generators"])


def _headline(lines: LineSummary) -> str:
    median, worst = map(percent, lines.test_error)
    noise = f"at {lines.noise:.0%} noise" if lines.noise else "from clean meters"
    return f"{lines.lines} {noise} with a median test error of {median} % and {worst} % at worst"


REGIONS: Mapping[str, Mapping[str, Callable[[Mapping[str, Results]], str]]] = MappingProxyType(
    {
        "docs/identify.md": {"psi": _psi, "model error": _model_error, "lines": _lines},
        "docs/heater.md": HEATER_REGIONS,
        "docs/uncertainty.md": UNCERTAIN_REGIONS,
        "docs/scenarios.md": {"generators": _generators, "pv from weather": _weather},
        "docs/forecast.md": {"forecasts": lambda results: forecasts_markdown(results["forecasts"])},
        "docs/health.md": {
            "ways": lambda results: methods_markdown(results["health"]),
            "faults": lambda results: faults_markdown(results["health"]),
        },
        "docs/agents.md": {
            "learning speed": lambda results: race_markdown(results["learning-speed"])
        },
        "docs/live.md": {"live load": lambda results: live_markdown(results["live"])},
        "README.md": {"identification": _short},
    }
)
"""What makes the content of each region, by document."""


def _read(path: Path, mark: str) -> Results:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError("results", str(path), f"give a readable JSON file ({error})") from None
    if not isinstance(found, dict) or found.get("format") != mark:
        fix = f"give a file of `{_COMMANDS[path.stem]}`"
        raise InputError("results", str(path), fix)
    return found


def _psi_rows(run: Results) -> list[PsiRow]:
    return [
        PsiRow(
            **{
                **entry,
                "errors": {name: MeanRms(*pair) for name, pair in entry["errors"].items()},
                "parameters": [FoundParameter(**each) for each in entry["parameters"]],
            }
        )
        for entry in run["rows"]
    ]


def _summaries(run: Results) -> list[LineSummary]:
    lines = [LineResult.parsed(entry) for entry in run["lines"]]
    return [LineSummary.of(each) for each in LineStudy(lines, run["days"]).by_noise()]


def _note(run: Results, told: str) -> str:
    return f"{told} plantgym {run['version']}, threads of each fit: {run['threads']}."


if __name__ == "__main__":
    try:
        update_documents(Path.cwd())
    except PlantgymError as error:
        sys.exit(str(error))
