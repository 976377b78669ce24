"""Days of a plant at least cost, and how far their loads are from a meter: compiled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..jit import entry, kernel
from .cut_kernel import adjoin, imply, layers, number, push, reach, settle, unfold

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_UNITS = 2.0**36
_CALM = 2.0


@kernel
def _weigh(
    node: Ints, power: Floats, price: Floats, forced: NDArray[np.int8], supply: Ints, need: Ints
) -> int:
    """What each y costs (need) or saves (supply), in whole units; returns a sum no flow exceeds."""
    stages, times, ranks = node.shape
    largest = 1e-300
    for t in range(1, times):
        later = price[t] if t < times - 1 else 0.0
        for i in range(stages):
            largest = max(largest, abs(power[i] * (price[t - 1] - later)))
    units = _UNITS / largest
    total = 1
    for i in range(stages):
        for t in range(1, times):
            later = price[t] if t < times - 1 else 0.0
            cost = int(np.round(power[i] * (price[t - 1] - later) * units))
            for k in range(1, ranks):
                y = node[i, t, k]
                if y >= 0:
                    supply[y] = max(0, -cost)
                    need[y] = max(0, cost)
                    total += abs(cost)
    for y in range(len(forced)):
        if forced[y] & 1:
            supply[y] += 2 * total
        if forced[y] & 2:
            need[y] += 2 * total
    return 2 * total


@kernel
def _misfit(power: Floats, running: Floats, load: Floats, certainty: Floats) -> float:
    """Mean Huber loss of the deviations of a day, in standard deviations of the readings."""
    total, readings = 0.0, 0
    for t in range(len(load)):
        if np.isnan(load[t]):
            continue
        planned = 0.0
        for i in range(len(power)):
            planned += power[i] * running[i, t]
        score = abs(planned - load[t]) * certainty[t]
        total += 0.5 * score * score if score < _CALM else _CALM * (score - 0.5 * _CALM)
        readings += 1
    return total / max(1, readings)


@entry
def misfit_of_day(power: Floats, running: Floats, load: Floats, certainty: Floats) -> float:
    """Mean Huber loss of the deviations of a day [T], in standard deviations of the readings."""
    return _misfit(power, running, load, certainty)


@entry
def plan_days(
    least: Ints,
    most: Ints,
    maker: Ints,
    taker: Ints,
    rates: Floats,
    late: int,
    power: Floats,
    price: Floats,
    load: Floats,
    certainty: Floats,
    order: Ints,
    worst: float,
    running: Floats,
) -> tuple[float, int]:
    """Plan days at least cost, until their misfit is worse than a bound.

    Args:
        least: running steps that each stage has at least [I].
        most: running steps that each stage has at most [I].
        maker: the stage that fills each store [S].
        taker: the stage that empties each store [S].
        rates: mass made and used in a step, reserve and headroom of each store [4, S].
        late: 1 if material made in a step is usable from the next, else 0.
        power: energy of a running step of each stage [I].
        price: [D, T].
        load: energy of the stages in each step [D, T]; NaN where a reading is missing.
        certainty: one over the standard deviation of each reading [D, T].
        order: in which days are planned [D].
        worst: greatest misfit of interest.
        running: written: 1 where a stage runs [D, I, T].

    Returns:
        Mean misfit of the days, infinite if it is worse; -1 if no day keeps the limits. And the
        number of days planned.
    """
    days, steps = price.shape
    node = np.empty((len(power), steps + 1, steps + 2), np.int64)
    nodes = number(least, most, node)
    arcs = np.empty((2 * nodes + len(maker) * (2 * steps + 1) * (steps + 1), 2), np.int64)
    forced = np.zeros(nodes, np.int8)
    kept = settle(arcs, imply(node, maker, taker, rates, late, arcs), forced)
    if kept < 0:
        return -1.0, 0
    start, place = np.empty(nodes + 1, np.int64), np.empty(nodes, np.int64)
    to, back = np.empty(2 * kept, np.int64), np.empty(2 * kept, np.int64)
    given = np.empty(2 * kept, np.bool_)
    adjoin(arcs, kept, start, place, to, back, given)
    room, in_set = np.empty(2 * kept, np.int64), np.empty(nodes, np.bool_)
    supply, need = np.empty(nodes, np.int64), np.empty(nodes, np.int64)
    level, current = np.empty(nodes, np.int64), np.empty(nodes, np.int64)
    queue, path, visited = (
        np.empty(nodes, np.int64),
        np.empty(nodes + 1, np.int64),
        np.empty(nodes + 1, np.int64),
    )
    total = 0.0
    for turn in range(days):
        day = order[turn]
        endless = _weigh(node, power, price[day], forced, supply, need)
        room[:] = np.where(given, 4 * endless, 0)
        sent = 0
        while True:
            queued = layers(start, to, back, room, need, supply, level, queue)
            if queued == 0:
                break
            current[:] = start[:-1]
            for q in range(queued):
                y = queue[q]
                while supply[y] > 0 and level[y] >= 0:
                    flow = push(
                        y, start, to, back, room, need, supply, level, current, path, visited
                    )
                    if flow == 0:
                        break
                    sent += flow
            if sent >= endless:
                return -1.0, turn
        reach(start, to, room, supply, in_set, queue)
        unfold(node, in_set, running[day])
        total += _misfit(power, running[day], load[day], certainty[day])
        if total > worst * days:
            return np.inf, turn + 1
    return total / days, days
