"""A factory that is as small as a factory can be."""

from plantgym.twins.plant import Material, Mode, Site, StnPlant, Task
from plantgym.twins.tariff import Tariff


def factory(
    *,
    currency: str = "EUR",
    pv_kw: float = 0.0,
    wind_kw: float = 0.0,
    start_hour: int = 0,
    horizon_h: int = 24,
) -> StnPlant:
    """A mill beside 40 kW of base load; at clock hour h its tariff buys at h / 8, sells at half."""
    return StnPlant(
        name="mill",
        currency=currency,
        materials=(Material("flour", 0.0, 100.0, 0.0),),
        tasks=(Task("mill", (Mode(100.0, produces_t_per_h={"flour": 1.0}),)),),
        site=Site(500.0, pv_capacity_kw=pv_kw, wind_capacity_kw=wind_kw, base_load_kw=40.0),
        tariff=Tariff(tuple(h / 8 for h in range(24)), tuple(h / 16 for h in range(24))),
        start_hour=start_hour,
        horizon_h=horizon_h,
    )
