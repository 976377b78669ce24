"""A day of a heater as its building's own controller runs it. Compiled."""

from __future__ import annotations

from .heater_heat_kernel import BRICK, ROOM, WATER, fan_fraction
from .heater_kernel import Flags, step_heater
from .jit import entry
from .stn_tables import Floats

FEEDBACK_KW_PER_K = 12.0
"""What the controller adds for each kelvin that the room is too cold [kW/K]."""


@entry
def run_controlled(
    values: Floats, temp_c: Floats, tripped: Flags, power_kw: Floats, full_c: float,
    heat_kw: Floats, room_c: Floats, weather: Floats, step_h: float, meter: Floats,
) -> None:  # fmt: skip
    """Run one heater through T steps under feed-forward and feedback control of the room.

    Args:
        values: the plant.
        temp_c: temperatures [T + 1, 4], the first row given, the others written [degC].
        tripped: whether it has tripped [T + 1], the first given, the others written.
        power_kw: heater power asked for [T] [kW].
        full_c: brick temperature from which on no power is asked for [degC].
        heat_kw: heat that the controller expects the room to need [T] [kW].
        room_c: room temperature wanted [T] [degC].
        weather: that there is [T, 4].
        step_h: length of the steps [h].
        meter: [T, 11], zeros before, in the order of `heater_kernel.METER`.
    """
    for t in range(power_kw.shape[0]):
        for place in range(4):
            temp_c[t + 1, place] = temp_c[t, place]
        tripped[t + 1] = tripped[t]
        brick_c, cold_k = temp_c[t, BRICK], room_c[t] - temp_c[t, ROOM]
        wanted_kw = max(0.0, heat_kw[t] + FEEDBACK_KW_PER_K * cold_k)
        rise_k = brick_c - temp_c[t, WATER]
        fan = fan_fraction(values, wanted_kw / rise_k) if rise_k > 0.0 else 0.0
        power = power_kw[t] if brick_c < full_c else 0.0
        step_heater(values, temp_c, tripped, t + 1, power, fan, weather[t], step_h, meter[t])
