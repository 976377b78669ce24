"""What the load test of the live server found, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .markdown import markdown_table

LIVE_FORMAT = "plantgym live load 1"


def live_markdown(run: Mapping[str, Any]) -> str:
    """Latencies, and what was lost.

    Args:
        run: as `python -m plantgym.benchmarks.live_load --json` writes it.
    """
    rows = [
        [
            f"{each['plant']}, lock-step, one client: command -> applied -> measurement",
            *(f"{each[name]:.1f} ms" for name in ("p50_ms", "p99_ms")),
            f"below {run['goal_ms']:g} ms",
        ]
        for each in run["round_trips"]
    ]
    crowd = run["crowd"]
    told = (
        f"{crowd['clients']} clients, {crowd['sent']:,} commands in {crowd['seconds']:g} s: "
        "acknowledgement"
    )
    rows.append([told, f"{crowd['p50_ms']:.1f} ms", f"{crowd['p99_ms']:.1f} ms", ""])
    table = markdown_table(("", "median", "99th percentile", "goal"), rows)
    unanswered = crowd["sent"] - crowd["acknowledged"]
    return (
        f"{table}\n\nOf the {crowd['sent']:,} commands {unanswered} went without an answer; of "
        f"{crowd['events']:,} events\n{crowd['lost']} were lost and {crowd['reordered']} came out "
        f"of order. {run['cores']} cores, load average {run['load_average']:.1f} at the start."
    )
