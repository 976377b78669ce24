"""The steady-state physical model (PM) of a heater after Ji et al. 2019, with its slips corrected.

Ji, Yang, Wang, Tian, Okoye, Feng, Energies 2019, 12(24), 4744, doi 10.3390/en12244744. Equations
are numbered P1 to P14; where one corrects an equation of the paper, its number there is given.
All functions take numbers or arrays that broadcast. Temperatures in degC.

The paper's equation (7), radiation between two temperatures of the same brick, releases nothing and
is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .errors import InputError
from .heater import HeaterPlant
from .stn_tables import Floats

DESIGN_AMBIENT_C = -16.9
"""Outside temperature at which the radiators run at their design temperatures (Shenyang)."""

DESIGN_SUPPLY_C, DESIGN_RETURN_C = 65.0, 45.0
"""Water temperatures of the radiators at the design load."""

_IN_LINE = ((1.0, 0.9, 0.4), (1e2, 0.52, 0.5), (1e3, 0.27, 0.63), (2e5, 0.033, 0.8))
"""Zukauskas, banks of in-line tubes: Reynolds number from which on, factor, exponent."""

_REYNOLDS_MAX = 2e6


def mean_temperature_c(initial_c: ArrayLike, final_c: ArrayLike) -> Floats:
    """P1, corrects (1), (8), (9): half of the sum, T_int = (T_fin + T_ini) / 2."""
    return (_array(initial_c) + _array(final_c)) / 2.0


def hole_area_m2(diameter_m: ArrayLike, length_m: ArrayLike, n_holes: ArrayLike) -> Floats:
    """P2, corrects (3): the inner wall of all holes, pi D L N, and not their projection [m2]."""
    return np.pi * _array(diameter_m) * _array(length_m) * _array(n_holes)


def reynolds(
    velocity_m_per_s: ArrayLike, diameter_m: ArrayLike, viscosity_m2_per_s: ArrayLike
) -> Floats:
    """P3: Reynolds number u D / nu, with the kinematic viscosity."""
    return _array(velocity_m_per_s) * _array(diameter_m) / _array(viscosity_m2_per_s)


def nusselt_cross_flow(
    reynolds_number: ArrayLike, prandtl_air: ArrayLike, prandtl_brick: ArrayLike
) -> Floats:
    """P4, corrects (5): Nusselt number of air across in-line tubes, after Zukauskas.

    Nu = c Re^m Pr^0.36 (Pr / Pr_brick)^0.25 with (c, m) = (0.9, 0.4) from Re 1 on, (0.52, 0.5) from
    100, (0.27, 0.63) from 1000 and (0.033, 0.8) from 2e5 to 2e6 (the paper prints 20^5 and 20^6,
    and uses the third line at Re 504). It is meant for flow across tubes; for the flow within
    holes use P5.

    Raises:
        InputError: a Reynolds number outside 1 to 2e6.
    """
    number = _array(reynolds_number)
    starts, factors, exponents = (np.array(column) for column in zip(*_IN_LINE, strict=True))
    wrong = ~((number >= starts[0]) & (number <= _REYNOLDS_MAX))
    if wrong.any():
        worst = float(number[wrong].flat[0])
        raise InputError("reynolds_number", worst, f"keep it within 1 to {_REYNOLDS_MAX:g}")
    line = np.searchsorted(starts, number, side="right") - 1
    air = _array(prandtl_air)
    wall = air**0.36 * (air / _array(prandtl_brick)) ** 0.25
    return np.asarray(factors[line] * number ** exponents[line] * wall, np.float64)


def nusselt_in_hole(
    reynolds_number: ArrayLike, prandtl_air: ArrayLike, diameter_per_length: ArrayLike
) -> Floats:
    """P5: mean Nusselt number of laminar flow that develops in a hole, after Hausen.

    Nu = 3.66 + 0.0668 Gz / (1 + 0.04 Gz^(2/3)) with the Graetz number Gz = Re Pr D / L.
    """
    graetz = _array(reynolds_number) * _array(prandtl_air) * _array(diameter_per_length)
    return 3.66 + 0.0668 * graetz / (1.0 + 0.04 * graetz ** (2.0 / 3.0))


def film_w_per_m2_k(
    nusselt: ArrayLike, conductivity_w_per_m_k: ArrayLike, diameter_m: ArrayLike
) -> Floats:
    """P6: heat transfer coefficient h = Nu lambda / D [W/m2K]."""
    return _array(nusselt) * _array(conductivity_w_per_m_k) / _array(diameter_m)


def convection_kw(
    film: ArrayLike, area_m2: ArrayLike, brick_c: ArrayLike, air_c: ArrayLike
) -> Floats:
    """P7, corrects (3): from brick to air, h A (T_brick - T_air), not from brick to brick [kW].

    Args:
        film: heat transfer coefficient h [W/m2K].
        area_m2: wall of the holes.
        brick_c: mean brick temperature.
        air_c: mean air temperature.
    """
    return _array(film) * _array(area_m2) * (_array(brick_c) - _array(air_c)) / 1000.0


def conduction_loss_kw(
    loss_kw_per_k: ArrayLike, brick_c: ArrayLike, surroundings_c: ArrayLike
) -> Floats:
    """P8, corrects (2), (9): conduction through the insulation is lost, not released [kW]."""
    return _array(loss_kw_per_k) * (_array(brick_c) - _array(surroundings_c))


def load_share(room_c: ArrayLike, ambient_c: ArrayLike) -> Floats:
    """P9: share of the design load q = (Tr - Ta) / (Tr + 16.9); 0 where it is warm outside."""
    room = _array(room_c)
    return np.maximum(0.0, (room - _array(ambient_c)) / (room - DESIGN_AMBIENT_C))


def supply_c(room_c: ArrayLike, share: ArrayLike, exponent: ArrayLike) -> Floats:
    """P10, corrects (12): supply temperature of the radiators; eta is their exponent.

    T_wo = Tr + (65 - 45)/2 q + ((65 + 45)/2 - Tr) q^(1/(1 + eta)); 65 degC at the design load.
    """
    room, q = _array(room_c), _array(share)
    spread_k = (DESIGN_SUPPLY_C - DESIGN_RETURN_C) * q
    mean_rise_k = (DESIGN_SUPPLY_C + DESIGN_RETURN_C) / 2.0 - room
    return np.asarray(
        room + spread_k / 2.0 + mean_rise_k * q ** (1.0 / (1.0 + _array(exponent))), np.float64
    )


def water_spread_k(share: ArrayLike) -> Floats:
    """P11, corrects (13): supply less return, gamma = (65 - 45) q: a share of a difference [K]."""
    return (DESIGN_SUPPLY_C - DESIGN_RETURN_C) * _array(share)


@dataclass(frozen=True, slots=True)
class SteadyDay:
    """A day of the physical model; arrays of the shape of its inputs.

    Args:
        supply_c: water to the radiators [degC].
        return_c: water from the radiators [degC].
        heat_kw: heat released all day [kW].
        air_mean_c: mean air temperature in the bricks at full fan [degC].
        brick_mean_c: mean brick temperature [degC].
        brick_initial_c: brick before charging [degC].
        brick_final_c: brick after charging [degC]; above the plant's limit where the day is more
            than the heater can store.
        charged_kwh: energy charged in the day, at most full power while charging [kWh].
    """

    supply_c: Floats
    return_c: Floats
    heat_kw: Floats
    air_mean_c: Floats
    brick_mean_c: Floats
    brick_initial_c: Floats
    brick_final_c: Floats
    charged_kwh: Floats


def steady_day(
    plant: HeaterPlant, ambient_c: ArrayLike, charging_h: ArrayLike, room_c: ArrayLike = 18.0
) -> SteadyDay:
    """P12 to P14: the day of a heater at a mean outside temperature.

    P12: the water takes Q = mw cw gamma; over an exchanger of effectiveness e the air at full fan
    then leaves the bricks at T_wi + Q/(e Ca) and comes back colder by Q/Ca. P13: by P7 the bricks
    are on average hotter than the air by Q/(h A) at least, where h A = NTU Ca; they are hotter, and
    the fan is slower, where their least temperature asks for it. P14: in 24 h the heater draws
    24 (Q + loss), and in the hours without charging the bricks give (24 - charging_h) (Q + loss),
    which is Cb (T_fin - T_ini).

    Args:
        plant: the heater.
        ambient_c: mean outside temperature of the day.
        charging_h: hours of charging, above 0 and up to 24.
        room_c: room temperature.

    Raises:
        InputError: charging hours or outside temperatures that cannot be.
    """
    ambient, hours, room = np.broadcast_arrays(
        _array(ambient_c), _array(charging_h), _array(room_c)
    )
    _check("ambient_c", ambient, (-70.0, 55.0), "give it in degC")
    _check("charging_h", hours, (0.01, 24.0), "give the hours of charging in a day")
    _check("room_c", room, (5.0, 40.0), "give it in degC")
    share = load_share(room, ambient)
    supply = supply_c(room, share, plant.water.radiator_exponent)
    back = supply - water_spread_k(share)
    heat_kw = plant.water.flow_kw_per_k * water_spread_k(share)
    flow = plant.air.flow_kw_per_k
    air_out_c = back + heat_kw / (plant.air.exchanger_effectiveness * flow)
    air_c = mean_temperature_c(air_out_c - heat_kw / flow, air_out_c)
    brick = plant.brick
    half_k_per_kw = (24.0 - hours) / brick.capacity_kwh_per_k / 2.0
    least_c = brick.min_c + half_k_per_kw * (heat_kw - brick.loss_kw_per_k * brick.surroundings_c)
    brick_c = np.maximum(
        air_c + heat_kw / (plant.air.channel_ntu * flow),
        least_c / (1.0 - half_k_per_kw * brick.loss_kw_per_k),
    )
    loss_kw = conduction_loss_kw(brick.loss_kw_per_k, brick_c, brick.surroundings_c)
    drawn_kw = heat_kw + loss_kw
    return SteadyDay(
        supply_c=supply,
        return_c=back,
        heat_kw=heat_kw,
        air_mean_c=air_c,
        brick_mean_c=brick_c,
        brick_initial_c=brick_c - half_k_per_kw * drawn_kw,
        brick_final_c=brick_c + half_k_per_kw * drawn_kw,
        charged_kwh=np.minimum(24.0 * drawn_kw, plant.heater.power_max_kw * hours),
    )


def _check(name: str, values: Floats, limits: tuple[float, float], fix: str) -> None:
    wrong = ~((values >= limits[0]) & (values <= limits[1]))
    if wrong.any():
        value = float(values[wrong].flat[0])
        raise InputError(name, value, f"keep it within {limits[0]:g} to {limits[1]:g}: {fix}")


def _array(values: ArrayLike) -> Floats:
    return np.asarray(values, np.float64)
