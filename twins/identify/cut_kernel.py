"""Days at least cost of on/off stages in pairs, exactly and fast: minimum cuts, compiled.

Let y[i, t, k] say that stage i has run at least k steps until step t. A store between one maker and
one taker bounds what one has run by what the other has run until the same step. These bounds are
implications between two y each, and so are the rules that a stage runs once a step at most and
never backwards. The cost is a sum over the y. So the cheapest day is a closure of least weight in a
directed graph, which is a minimum cut (Picard, Management Science 1976, 22(11), 1268): no branching
and no tolerance. The flow is found by Dinic's method, with the layers counted from the sink.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..jit import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_NEVER, _ALWAYS = -1, -2
_ROUNDING = 1e-7


@kernel
def _ceil(share: float, most: int) -> int:
    """The number of whole steps that is no less than a share, within 0 and `most`."""
    if not share > 0.0:  # a store without an end gives minus infinity
        return 0
    if share >= most:
        return most
    return int(np.ceil(share - _ROUNDING))


@kernel
def number(least: Ints, most: Ints, node: Ints) -> int:
    """Number the y that are open [I, T + 1, T + 2]; returns how many there are."""
    count = 0
    stages, times, ranks = node.shape
    for i in range(stages):
        for t in range(times):
            for k in range(ranks):
                if k <= max(0, least[i] - (times - 1 - t)):
                    node[i, t, k] = _ALWAYS
                elif k > t or k > most[i]:
                    node[i, t, k] = _NEVER
                else:
                    node[i, t, k] = count
                    count += 1
    return count


@kernel
def imply(node: Ints, maker: Ints, taker: Ints, rates: Floats, late: int, arcs: Ints) -> int:
    """List the implications between y as pairs of nodes [A, 2]; returns how many there are.

    Rates are mass made and used in a step, reserve and headroom of each pair [4, S].
    """
    stages, times, ranks = node.shape
    count = 0
    for i in range(stages):
        for t in range(1, times):
            for k in range(1, ranks):
                if node[i, t, k] < 0:
                    continue
                if t + 1 < times:
                    arcs[count, 0], arcs[count, 1] = node[i, t, k], node[i, t + 1, k]
                    count += 1
                arcs[count, 0], arcs[count, 1] = node[i, t, k], node[i, t - 1, k - 1]
                count += 1
    for pair in range(len(maker)):
        made, used = rates[0, pair], rates[1, pair]
        reserve, headroom = rates[2, pair], rates[3, pair]
        i, j = maker[pair], taker[pair]
        for t in range(1, times):
            for k in range(1, ranks):
                if node[j, t, k] != _NEVER:
                    needed = _ceil((k * used - reserve) / made, ranks - 1)
                    arcs[count, 0], arcs[count, 1] = node[j, t, k], node[i, t - late, needed]
                    count += 1
                if node[j, t, k] != _NEVER and t == times - 1:  # the store ends where it began
                    needed = _ceil(k * used / made, ranks - 1)
                    arcs[count, 0], arcs[count, 1] = node[j, t, k], node[i, t, needed]
                    count += 1
                if node[i, t, k] != _NEVER:
                    needed = _ceil((k * made - headroom) / used, ranks - 1)
                    arcs[count, 0], arcs[count, 1] = node[i, t, k], node[j, t, needed]
                    count += 1
    return count


@kernel
def settle(arcs: Ints, count: int, forced: NDArray[np.int8]) -> int:
    """Keep arcs between open nodes, and note nodes that others force; -1 if that is impossible."""
    kept = 0
    for a in range(count):
        before, after = arcs[a, 0], arcs[a, 1]
        if before == _NEVER or after == _ALWAYS:
            continue
        if before == _ALWAYS and after == _NEVER:
            return -1
        if before == _ALWAYS:
            forced[after] |= 1
        elif after == _NEVER:
            forced[before] |= 2
        else:
            arcs[kept, 0], arcs[kept, 1] = before, after
            kept += 1
    return kept


@kernel
def adjoin(
    arcs: Ints, kept: int, start: Ints, place: Ints, to: Ints, back: Ints, given: NDArray[np.bool_]
) -> None:
    """Arcs and their reverses by the node they leave."""
    for node in range(len(start)):
        start[node] = 0
    for a in range(kept):
        start[arcs[a, 0] + 1] += 1
        start[arcs[a, 1] + 1] += 1
    for node in range(len(start) - 1):
        start[node + 1] += start[node]
        place[node] = start[node]
    for a in range(kept):
        before, after = arcs[a, 0], arcs[a, 1]
        there, again = place[before], place[after]
        place[before] += 1
        place[after] += 1
        to[there], back[there], given[there] = after, again, True
        to[again], back[again], given[again] = before, there, False


@kernel
def layers(
    start: Ints,
    to: Ints,
    back: Ints,
    room: Ints,
    need: Ints,
    supply: Ints,
    level: Ints,
    queue: Ints,
) -> int:
    """Arcs to the nearest node that still takes flow; number of nodes in the queue, 0 if no supply.

    The nodes are queued nearest first.
    """
    for node in range(len(level)):
        level[node] = -1
    head, tail, fed = 0, 0, False
    for node in range(len(need)):
        if need[node] > 0:
            level[node] = 0
            queue[tail] = node
            tail += 1
    while head < tail:
        node = queue[head]
        head += 1
        fed = fed or supply[node] > 0
        for a in range(start[node], start[node + 1]):
            if level[to[a]] < 0 and room[back[a]] > 0:
                level[to[a]] = level[node] + 1
                queue[tail] = to[a]
                tail += 1
    return tail if fed else 0


@kernel
def push(
    node: int, start: Ints, to: Ints, back: Ints, room: Ints, need: Ints, supply: Ints,
    level: Ints, current: Ints, path: Ints, visited: Ints,
) -> int:  # fmt: skip
    """Send flow from one node down the layers to one that takes it; 0 if there is no way left."""
    depth = 0
    visited[0] = node
    while True:
        here = visited[depth]
        if level[here] == 0 and need[here] > 0:
            break
        advanced = False
        while current[here] < start[here + 1]:
            a = current[here]
            if room[a] > 0 and level[to[a]] >= 0 and level[to[a]] == level[here] - 1:
                path[depth] = a
                depth += 1
                visited[depth] = to[a]
                advanced = True
                break
            current[here] += 1
        if advanced:
            continue
        level[here] = -1
        if depth == 0:
            return 0
        depth -= 1
        current[visited[depth]] += 1
    flow = min(supply[node], need[visited[depth]])
    for step in range(depth):
        flow = min(flow, room[path[step]])
    supply[node] -= flow
    need[visited[depth]] -= flow
    for step in range(depth):
        room[path[step]] -= flow
        room[back[path[step]]] += flow
    return int(flow)


@kernel
def reach(
    start: Ints, to: Ints, room: Ints, supply: Ints, in_set: NDArray[np.bool_], queue: Ints
) -> None:
    """Mark the nodes that supply left over still reaches: the closure of least weight."""
    head, tail = 0, 0
    for node in range(len(supply)):
        in_set[node] = supply[node] > 0
        if in_set[node]:
            queue[tail] = node
            tail += 1
    while head < tail:
        node = queue[head]
        head += 1
        for a in range(start[node], start[node + 1]):
            if room[a] > 0 and not in_set[to[a]]:
                in_set[to[a]] = True
                queue[tail] = to[a]
                tail += 1


@kernel
def unfold(node: Ints, in_set: NDArray[np.bool_], running: Floats) -> None:
    """Write what runs in each step [I, T] from the y."""
    stages, times, ranks = node.shape
    for i in range(stages):
        before = 0
        for t in range(1, times):
            until = 0
            while until + 1 < ranks:
                y = node[i, t, until + 1]
                if y == _NEVER or (y >= 0 and not in_set[y]):
                    break
                until += 1
            running[i, t - 1] = until - before
            before = until
