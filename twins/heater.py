"""A solid electric thermal storage (SETS) heater and its building as a table of numbers.

Four heat stores: brick, water circuit, room air and building mass. An electric heater charges the
bricks, a fan blows air through them and over a water exchanger, radiators warm the room. Powers in
kW, capacities in kWh/K, temperatures in degC. The equations stand in `docs/heater.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from .stn_tables import Floats


@dataclass(frozen=True, slots=True)
class Heater:
    """The electric heating wires.

    Args:
        power_max_kw: greatest power [kW].
        stages: equal steps in which power can be switched where it is not continuous.
    """

    power_max_kw: float
    stages: int


@dataclass(frozen=True, slots=True)
class Brick:
    """The store.

    Args:
        capacity_kwh_per_k: heat capacity Cb [kWh/K].
        min_c: temperature below which the fan stands [degC].
        max_c: temperature that heating never exceeds [degC].
        trip_c: temperature at which a step must not begin, or the heater trips [degC].
        trip_reset_c: temperature at or below which a tripped heater is free again [degC].
        loss_kw_per_k: loss through the insulation UA [kW/K].
        surroundings_c: temperature of the room in which the store stands [degC].
    """

    capacity_kwh_per_k: float
    min_c: float
    max_c: float
    trip_c: float
    trip_reset_c: float
    loss_kw_per_k: float
    surroundings_c: float


@dataclass(frozen=True, slots=True)
class AirLoop:
    """The fan, the channels through the bricks and the exchanger to the water.

    Args:
        flow_kw_per_k: heat capacity flow of the air at full fan Ca [kW/K].
        channel_ntu: transfer units of the channels at full fan NTU.
        exchanger_effectiveness: effectiveness of the exchanger on its air side.
        fan_min: least fan fraction of a running fan.
        fan_power_kw: electric power at full fan [kW]; it grows with the cube of the fraction.
    """

    flow_kw_per_k: float
    channel_ntu: float
    exchanger_effectiveness: float
    fan_min: float
    fan_power_kw: float


@dataclass(frozen=True, slots=True)
class Water:
    """The water circuit and its radiators.

    Args:
        capacity_kwh_per_k: heat capacity Cw [kWh/K].
        flow_kw_per_k: heat capacity flow mw cw [kW/K].
        max_c: mean water temperature that the fan never exceeds [degC].
        radiator_kw: heat of the radiators at their design rise [kW].
        radiator_rise_k: design rise of the mean water temperature over the room [K].
        radiator_exponent: radiator exponent eta; heat grows with the rise to the power 1 + eta.
    """

    capacity_kwh_per_k: float
    flow_kw_per_k: float
    max_c: float
    radiator_kw: float
    radiator_rise_k: float
    radiator_exponent: float


@dataclass(frozen=True, slots=True)
class Building:
    """Room air, building mass and what they exchange with the weather.

    Args:
        room_kwh_per_k: heat capacity of the room air and furniture Cr [kWh/K].
        mass_kwh_per_k: heat capacity of the building mass Cm [kWh/K].
        room_to_mass_kw_per_k: conductance between the two Hrm [kW/K].
        envelope_kw_per_k: conductance from the mass to the outside Henv [kW/K].
        infiltration_kw_per_k: conductance of the air exchange without wind Hinf [kW/K].
        infiltration_kw_per_k_per_m_per_s: what each m/s of wind adds to it kW [kW/K per m/s].
    """

    room_kwh_per_k: float
    mass_kwh_per_k: float
    room_to_mass_kw_per_k: float
    envelope_kw_per_k: float
    infiltration_kw_per_k: float
    infiltration_kw_per_k_per_m_per_s: float


@dataclass(frozen=True, slots=True)
class Gains:
    """Heat that the room gets for nothing.

    Args:
        base_kw: at any time [kW].
        occupancy_kw: more at full occupancy [kW].
        solar_m2: area that turns global horizontal irradiance into heat [m2].
    """

    base_kw: float
    occupancy_kw: float
    solar_m2: float


@dataclass(frozen=True, slots=True)
class Temperatures:
    """State of the heater.

    Args:
        brick_c: mean brick temperature [degC].
        water_c: mean water temperature [degC].
        room_c: room temperature [degC].
        mass_c: temperature of the building mass [degC].
    """

    brick_c: float
    water_c: float
    room_c: float
    mass_c: float

    def as_array(self) -> Floats:
        """The four temperatures [4], in the order of the kernel [degC]."""
        return np.array([self.brick_c, self.water_c, self.room_c, self.mass_c], np.float64)


@dataclass(frozen=True, slots=True)
class HeaterPlant:
    """A heater with its building.

    Args:
        name: of the plant.
        heater: the heating wires.
        brick: the store.
        air: fan, channels and exchanger.
        water: circuit and radiators.
        building: room, mass and envelope.
        gains: heat from people, devices and the sun.
        initial: state at the start.
        sources: where the values come from, by topic; free text.

    Raises:
        InputError: naming the entry, the value and the fix, for anything that cannot be a plant:
            numbers out of their plausible range, limits out of order, an exchanger that the water
            flow cannot serve, or heat flows too quick for steps of 7.5 minutes.
    """

    name: str
    heater: Heater
    brick: Brick
    air: AirLoop
    water: Water
    building: Building
    gains: Gains
    initial: Temperatures
    sources: Mapping[str, str] = field(default_factory=dict)
    tables: Floats = field(init=False, repr=False, compare=False)
    """What kernels read: a read-only vector, in the order of `heater_tables`."""

    def __post_init__(self) -> None:
        from .heater_checks import check_heater
        from .heater_tables import compile_heater

        check_heater(self)
        object.__setattr__(self, "tables", compile_heater(self))

    @property
    def capacities_kwh_per_k(self) -> Floats:
        """Heat capacities of brick, water, room and mass [4], in kWh/K."""
        building = self.building
        return np.array(
            [
                self.brick.capacity_kwh_per_k,
                self.water.capacity_kwh_per_k,
                building.room_kwh_per_k,
                building.mass_kwh_per_k,
            ],
            np.float64,
        )

    @property
    def stage_power_kw(self) -> Floats:
        """Powers that can be switched, standing first [stages + 1], in kW."""
        return np.linspace(0.0, self.heater.power_max_kw, self.heater.stages + 1)
