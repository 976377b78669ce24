"""The Runge-Kutta steps of a heater as linear rows, with its two nonlinear flows as columns.

Given the released heat R and the radiator heat q at each of the stages, the kernel's own arithmetic
is linear in start, power, R and q: this module writes the end of a step and the stages as mixes of
them. Nothing is approximated.
"""

from __future__ import annotations

from dataclasses import dataclass

from .heater_plan_rows import LinearRows, Mix
from .heater_plan_slopes import STAGE_SHARES, STAGE_WEIGHTS, SUBSTEP_H, Surroundings
from .heater_tables import (
    BRICK_K_PER_KWH,
    ENVELOPE_KW_PER_K,
    MASS_K_PER_KWH,
    ROOM_K_PER_KWH,
    ROOM_TO_MASS_KW_PER_K,
    STORE_LOSS_KW_PER_K,
    SUBSTEPS,
    SURROUNDINGS_C,
    WATER_K_PER_KWH,
)
from .stn_tables import Floats, Ints

N_STAGES = SUBSTEPS * len(STAGE_SHARES)

Temps = tuple[Mix, Mix, Mix, Mix]


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the steps.

    Args:
        temp_c: brick, water, room and mass.
        released_kw: heat from brick to water R.
        radiated_kw: heat of the radiators q.
        lost_kw: heat that the room loses to the outside and the mass, less its gains.
        since_h: time since the start of the step.
        released_kwh: R up to here, as the method weighs it.
        radiated_kwh: q up to here.
        lost_kwh: loss up to here.
    """

    temp_c: Temps
    released_kw: Mix
    radiated_kw: Mix
    lost_kw: Mix
    since_h: float
    released_kwh: Mix
    radiated_kwh: Mix
    lost_kwh: Mix


@dataclass(frozen=True, slots=True)
class StagedSteps:
    """Columns of n steps, and their stages.

    Args:
        power_kw: [n].
        released_kw: R at the stages [n, N_STAGES].
        radiated_kw: q at the stages [n, N_STAGES].
        temp_c: before and after the steps [n + 1, 4].
        stages: the stages, in order.
    """

    power_kw: Ints
    released_kw: Ints
    radiated_kw: Ints
    temp_c: Ints
    stages: tuple[Stage, ...]


def add_staged_steps(
    rows: LinearRows, values: Floats, around: Surroundings, power_kw: Ints, temp_c: Ints
) -> StagedSteps:
    """Add the columns of R and q, and the rows that make the end of each step of its start."""
    n = len(power_kw)
    released_kw = rows.columns((n, N_STAGES), low=0.0)
    radiated_kw = rows.columns((n, N_STAGES), low=0.0)
    flows = _Flows(values, around, Mix.of(power_kw))
    start: list[Mix] = [Mix.of(temp_c[:-1, place]) for place in range(4)]
    stages: list[Stage] = []
    so_far = (Mix({}, {}), Mix({}, {}), Mix({}, {}))
    for substep in range(SUBSTEPS):
        own: list[Stage] = []
        end, ended = start, so_far
        for k, (share, weight) in enumerate(zip(STAGE_SHARES, STAGE_WEIGHTS, strict=True)):
            number = substep * len(STAGE_SHARES) + k
            ahead_h = SUBSTEP_H * share
            at, gone = start, so_far
            if k:
                at = _moved(start, flows.slopes(own[-1]), ahead_h)
                gone = _added(so_far, own[-1], ahead_h)
            stage = Stage(
                (at[0], at[1], at[2], at[3]), Mix.of(released_kw[:, number]),
                Mix.of(radiated_kw[:, number]), flows.lost_kw(at),
                substep * SUBSTEP_H + ahead_h, *gone,
            )  # fmt: skip
            own.append(stage)
            end = _moved(end, flows.slopes(stage), SUBSTEP_H * weight)
            ended = _added(ended, stage, SUBSTEP_H * weight)
        start, so_far = end, ended
        stages += own
    for place in range(4):
        rows.rows(start[place] - Mix.of(temp_c[1:, place]), 0.0, 0.0)
    return StagedSteps(power_kw, released_kw, radiated_kw, temp_c, tuple(stages))


def _moved(start: list[Mix], slopes: Temps, time_h: float) -> list[Mix]:
    return [at + time_h * slope for at, slope in zip(start, slopes, strict=True)]


def _added(so_far: tuple[Mix, Mix, Mix], stage: Stage, time_h: float) -> tuple[Mix, Mix, Mix]:
    """Energies of R, q and the loss [kWh], with those of a stage for a time."""
    released, radiated, lost = so_far
    return (
        released + time_h * stage.released_kw,
        radiated + time_h * stage.radiated_kw,
        lost + time_h * stage.lost_kw,
    )


@dataclass(frozen=True, slots=True)
class _Flows:
    values: Floats
    around: Surroundings
    power_kw: Mix

    def lost_kw(self, at_c: list[Mix]) -> Mix:
        """Heat that the room loses to the outside and the mass, less its gains."""
        around, inside = self.around, float(self.values[ROOM_TO_MASS_KW_PER_K])
        outside = around.air_kw_per_k * (at_c[2] - around.ambient_c)
        return outside + inside * (at_c[2] - at_c[3]) - around.gain_kw

    def slopes(self, stage: Stage) -> Temps:
        """Equations (1) to (4)."""
        values, (brick_c, _, room_c, mass_c) = self.values, stage.temp_c
        loss = float(values[STORE_LOSS_KW_PER_K])
        stored = self.power_kw - stage.released_kw - loss * (brick_c - values[SURROUNDINGS_C])
        moved = float(values[ROOM_TO_MASS_KW_PER_K]) * (room_c - mass_c)
        envelope = float(values[ENVELOPE_KW_PER_K]) * (mass_c - self.around.ambient_c)
        return (
            float(values[BRICK_K_PER_KWH]) * stored,
            float(values[WATER_K_PER_KWH]) * (stage.released_kw - stage.radiated_kw),
            float(values[ROOM_K_PER_KWH]) * (stage.radiated_kw - stage.lost_kw),
            float(values[MASS_K_PER_KWH]) * (moved - envelope),
        )
