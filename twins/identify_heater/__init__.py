"""Identification of heaters: from a meter and the weather to a plant and its consumption.

`HeaterIdentifier`, the models and `rolling_origin` need the extra `identify`; they are loaded when
they are first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .heater_days import HeaterDays, Telemetry
from .reading import heater_days, read_heater_days

if TYPE_CHECKING:
    from .identifier import HeaterIdentifier
    from .modern_models import RidgeProcess, StoreBalance
    from .paper_models import CorrectedPhysicalModel, NeuralModel, PhysicalModel
    from .rolling import rolling_origin
    from .telemetry_fit import fit_telemetry

__all__ = [
    "CorrectedPhysicalModel",
    "HeaterDays",
    "HeaterIdentifier",
    "NeuralModel",
    "PhysicalModel",
    "RidgeProcess",
    "StoreBalance",
    "Telemetry",
    "fit_telemetry",
    "heater_days",
    "read_heater_days",
    "rolling_origin",
]

_LATER = {
    "CorrectedPhysicalModel": "paper_models",
    "HeaterIdentifier": "identifier",
    "NeuralModel": "paper_models",
    "PhysicalModel": "paper_models",
    "RidgeProcess": "modern_models",
    "StoreBalance": "modern_models",
    "fit_telemetry": "telemetry_fit",
    "rolling_origin": "rolling",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the module holds
    """Load what needs the extra when it is asked for."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_LATER[name]}", __name__), name)
