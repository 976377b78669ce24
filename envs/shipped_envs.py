"""The envs of the shipped plants: `StnEnv` under the defaults of the registry.

The classes only document; `plantgym.envs.registry` holds their plants and markets. Make them by
`gymnasium.make`, and `plantgym/Stn-v0` for a plant of your own.
"""

from __future__ import annotations

from .stn_env import StnEnv


class CementPvEnv(StnEnv):
    """A cement-like factory with 14 MW of PV under a time-of-use tariff and demand response.

    ## Description
    Three tasks in a row make 4000 t of S4 from S1 within a day (Li et al., Electronics 2024, 13(24),
    5058). T2 must run at every hour; material made in an hour is usable from the next one. PV (Elia
    measurements) is used first, surplus is sold. On about half of the days a demand-response event
    is announced four hours ahead: a window, and the reduction of load that was awarded.

    ## Action Space
    `MultiDiscrete([3, 2, 3])`: a mode a task; the shield changes what cannot run.

    | Num | Task | Modes | Power of each mode |
    |---|---|---|---|
    | 0 | T1 | 3 | 0 kW, 3000 kW, 4500 kW |
    | 1 | T2 | 2 | 0 kW, 1900 kW |
    | 2 | T3 | 3 | 0 kW, 4000 kW, 6500 kW |

    ## Observation Space
    `Box` of 90 float32 numbers. Windows are interleaved: this step of each, then the next.

    | Num | Observation | Min | Max | 1.0 is | Meaning |
    |---|---|---|---|---|---|
    | 0 | time | 0 | 1 | day of 24 h | time since the start of the day |
    | 1 | stock:S1 | 0 | 1 | 10000 t | stock above 0 t |
    | 2 | stock:S2 | 0 | 1 | 2000 t | stock above 0 t |
    | 3 | stock:S3 | 0 | 1 | 5000 t | stock above 0 t |
    | 4 | stock:S4 | 0 | 1 | 10000 t | stock above 0 t |
    | 5 | missing:S4 | 0 | 1 | 4000 t | still missing to the target of the day |
    | 6 | level:T1 | 0 | 1 | mode 2 | mode or level of the step before |
    | 7 | level:T2 | 0 | 1 | mode 1 | mode or level of the step before |
    | 8 | level:T3 | 0 | 1 | mode 2 | mode or level of the step before |
    | 9 | since:T1 | 0 | 1 | day of 24 h | time in that mode or level |
    | 10 | since:T2 | 0 | 1 | day of 24 h | time in that mode or level |
    | 11 | since:T3 | 0 | 1 | day of 24 h | time in that mode or level |
    | 12 | dr_active | 0 | 1 | flag | 1 within the window of a DR event |
    | 13 | dr_starts_in | 0 | 1 | day of 24 h | until a known window begins; 1 if none |
    | 14 | dr_ends_in | 0 | 1 | day of 24 h | until a known window ends; 1 if none |
    | 15 | dr_award | 0 | 1 | 12900 kW | awarded capacity of a known event; 0 if none |
    | 16 | dr_baseline_now | 0 | 1 | 12900 kW | baseline load of this step |
    | 17 | dr_baseline_window | 0 | 1 | 12900 kW | mean baseline load of the rest of a known window; 0 if none |
    | 18-89 step 3 | buy_price | -1 | 1 | 2.19947 CNY/kWh | this step (realised), then the day-ahead expectation of each later step; then 0 |
    | 19-89 step 3 | sell_price | -1 | 1 | 2.19947 CNY/kWh | this step (realised), then the day-ahead expectation of each later step; then 0 |
    | 20-89 step 3 | generation | 0 | 1 | 14000 kW | this step (realised), then the day-ahead expectation of each later step; then 0 |

    ## Rewards
    -(cost of the step in CNY) / 170239; see `StnEnv` for the parts.

    ## Starting State
    Initial stocks of the plant, all tasks standing, a day of the split at random.

    ## Episode End
    Terminated after 24 steps of an hour, when the target is settled.

    ## Arguments
    Those of `StnEnv`; the defaults here are `plant='cement_pv'`, `market='tou'`, `dr=True`.

    ## Version History
    * v0: first release.
    """


class CarSeatEnv(StnEnv):
    """A car-seat factory that makes 800 seats in a 12-hour day, with PV and wind.

    ## Description
    Four lines make covers, foam parts and frames (two welders) for an assembly line (Zhang, Sun, IEEE
    Access 2023, doi 10.1109/ACCESS.2023.3266250). The plant's own tariff; the sell price lies above
    two of the three buy prices. PV from Elia, wind from Belgian wind speeds.

    ## Action Space
    `MultiDiscrete([4, 4, 2, 3, 4])`: a mode a task; the shield changes what cannot run.

    | Num | Task | Modes | Power of each mode |
    |---|---|---|---|
    | 0 | cutting_sewing | 4 | 0 kW, 100 kW, 200 kW, 300 kW |
    | 1 | foaming | 4 | 0 kW, 200 kW, 400 kW, 600 kW |
    | 2 | welding_1 | 2 | 0 kW, 270 kW |
    | 3 | welding_2 | 3 | 0 kW, 270 kW, 500 kW |
    | 4 | assembling | 4 | 0 kW, 140 kW, 280 kW, 420 kW |

    ## Observation Space
    `Box` of 56 float32 numbers. Windows are interleaved: this step of each, then the next.

    | Num | Observation | Min | Max | 1.0 is | Meaning |
    |---|---|---|---|---|---|
    | 0 | time | 0 | 1 | day of 12 h | time since the start of the day |
    | 1 | stock:leather | 0 | 1 | 935 piece | stock above 65 piece |
    | 2 | stock:foam_raw | 0 | 1 | 564 piece | stock above 36 piece |
    | 3 | stock:steel | 0 | 1 | 49 piece | stock above 1 piece |
    | 4 | stock:seat_cover | 0 | 1 | 220 piece | stock above 120 piece |
    | 5 | stock:foam_part | 0 | 1 | 300 piece | stock above 120 piece |
    | 6 | stock:seat_frame | 0 | 1 | 300 piece | stock above 120 piece |
    | 7 | stock:seat_rail | 0 | 1 | 1480 piece | stock above 120 piece |
    | 8 | stock:car_seat | 0 | 1 | 1500 piece | stock above 500 piece |
    | 9 | missing:car_seat | 0 | 1 | 800 piece | still missing to the target of the day |
    | 10 | level:cutting_sewing | 0 | 1 | mode 3 | mode or level of the step before |
    | 11 | level:foaming | 0 | 1 | mode 3 | mode or level of the step before |
    | 12 | level:welding_1 | 0 | 1 | mode 1 | mode or level of the step before |
    | 13 | level:welding_2 | 0 | 1 | mode 2 | mode or level of the step before |
    | 14 | level:assembling | 0 | 1 | mode 3 | mode or level of the step before |
    | 15 | since:cutting_sewing | 0 | 1 | day of 12 h | time in that mode or level |
    | 16 | since:foaming | 0 | 1 | day of 12 h | time in that mode or level |
    | 17 | since:welding_1 | 0 | 1 | day of 12 h | time in that mode or level |
    | 18 | since:welding_2 | 0 | 1 | day of 12 h | time in that mode or level |
    | 19 | since:assembling | 0 | 1 | day of 12 h | time in that mode or level |
    | 20-55 step 3 | buy_price | -1 | 1 | 0.345963 USD/kWh | this step (realised), then the day-ahead expectation of each later step; then 0 |
    | 21-55 step 3 | sell_price | -1 | 1 | 0.345963 USD/kWh | this step (realised), then the day-ahead expectation of each later step; then 0 |
    | 22-55 step 3 | generation | 0 | 1 | 1500 kW | this step (realised), then the day-ahead expectation of each later step; then 0 |

    ## Rewards
    -(cost of the step in USD) / 2169.19; see `StnEnv` for the parts.

    ## Starting State
    Initial stocks of the plant, all tasks standing, a day of the split at random.

    ## Episode End
    Terminated after 12 steps of an hour, when the target is settled.

    ## Arguments
    Those of `StnEnv`; the defaults here are `plant='car_seat'`, `market='tou'`.

    ## Version History
    * v0: first release.
    """


class CementMillEnv(StnEnv):
    """A cement mill of four stages under the Belgian real-time price.

    ## Description
    Four on/off stages in a row (Lyu et al., IEEE TSG 2024, doi 10.1109/TSG.2024.3507046) make 5750 t
    a day and end with full intermediate stores. The imbalance price of each hour shows when the hour
    begins; the day-ahead price is its forecast.

    ## Action Space
    `MultiDiscrete([2, 2, 2, 2])`: a mode a task; the shield changes what cannot run.

    | Num | Task | Modes | Power of each mode |
    |---|---|---|---|
    | 0 | C | 2 | 0 kW, 2200 kW |
    | 1 | KFP | 2 | 0 kW, 11000 kW |
    | 2 | CP | 2 | 0 kW, 11550 kW |
    | 3 | FG | 2 | 0 kW, 11220 kW |

    ## Observation Space
    `Box` of 41 float32 numbers. Windows are interleaved: this step of each, then the next.

    | Num | Observation | Min | Max | 1.0 is | Meaning |
    |---|---|---|---|---|---|
    | 0 | time | 0 | 1 | day of 24 h | time since the start of the day |
    | 1 | stock:C_out | 0 | 1 | 2000 t | stock above 0 t |
    | 2 | stock:KFP_out | 0 | 1 | 2500 t | stock above 0 t |
    | 3 | stock:CP_out | 0 | 1 | 1750 t | stock above 0 t |
    | 4 | stock:FG_out | 0 | 1 | 192000 t | stock above 0 t |
    | 5 | missing:C_out | 0 | 1 | 1000 t | still missing to the target of the day |
    | 6 | missing:KFP_out | 0 | 1 | 1250 t | still missing to the target of the day |
    | 7 | missing:CP_out | 0 | 1 | 875 t | still missing to the target of the day |
    | 8 | missing:FG_out | 0 | 1 | 5750 t | still missing to the target of the day |
    | 9 | level:C | 0 | 1 | mode 1 | mode or level of the step before |
    | 10 | level:KFP | 0 | 1 | mode 1 | mode or level of the step before |
    | 11 | level:CP | 0 | 1 | mode 1 | mode or level of the step before |
    | 12 | level:FG | 0 | 1 | mode 1 | mode or level of the step before |
    | 13 | since:C | 0 | 1 | day of 24 h | time in that mode or level |
    | 14 | since:KFP | 0 | 1 | day of 24 h | time in that mode or level |
    | 15 | since:CP | 0 | 1 | day of 24 h | time in that mode or level |
    | 16 | since:FG | 0 | 1 | day of 24 h | time in that mode or level |
    | 17-40 step 1 | buy_price | -1 | 1 | 0.3 EUR/kWh | this step (realised), then the day-ahead expectation of each later step; then 0 |

    ## Rewards
    -(cost of the step in EUR) / 64746; see `StnEnv` for the parts.

    ## Starting State
    Initial stocks of the plant, all tasks standing, a day of the split at random.

    ## Episode End
    Terminated after 24 steps of an hour, when the target is settled.

    ## Arguments
    Those of `StnEnv`; the defaults here are `plant='cement_mill'`.

    ## Version History
    * v0: first release.
    """


class SteelPowderEnv(StnEnv):
    """A steel-powder plant of ten stages under the Belgian real-time price.

    ## Description
    Ten stages in a row, five of them with two modes (Lyu et al., IEEE TSG 2024, doi
    10.1109/TSG.2024.3507046), make 240 t a day and end with full intermediate stores. The imbalance
    price of each hour shows when the hour begins; the day-ahead price is its forecast.

    ## Action Space
    `MultiDiscrete([2, 2, 2, 3, 3, 2, 2, 3, 3, 3])`: a mode a task; the shield changes what cannot run.

    | Num | Task | Modes | Power of each mode |
    |---|---|---|---|
    | 0 | Atomizer | 2 | 0 kW, 60 kW |
    | 1 | Dehydrator | 2 | 0 kW, 10 kW |
    | 2 | Dryer | 2 | 0 kW, 30 kW |
    | 3 | Crusher4 | 3 | 0 kW, 15 kW, 20 kW |
    | 4 | Classifier5 | 3 | 0 kW, 15 kW, 25 kW |
    | 5 | Separator | 2 | 0 kW, 10 kW |
    | 6 | Reduction | 2 | 0 kW, 75 kW |
    | 7 | Crusher8 | 3 | 0 kW, 15 kW, 20 kW |
    | 8 | Classifier9 | 3 | 0 kW, 15 kW, 25 kW |
    | 9 | Blender | 3 | 0 kW, 6 kW, 10 kW |

    ## Observation Space
    `Box` of 65 float32 numbers. Windows are interleaved: this step of each, then the next.

    | Num | Observation | Min | Max | 1.0 is | Meaning |
    |---|---|---|---|---|---|
    | 0 | time | 0 | 1 | day of 24 h | time since the start of the day |
    | 1 | stock:Atomizer_out | 0 | 1 | 180 t | stock above 0 t |
    | 2 | stock:Dehydrator_out | 0 | 1 | 100 t | stock above 0 t |
    | 3 | stock:Dryer_out | 0 | 1 | 150 t | stock above 0 t |
    | 4 | stock:Crusher4_out | 0 | 1 | 100 t | stock above 0 t |
    | 5 | stock:Classifier5_out | 0 | 1 | 150 t | stock above 0 t |
    | 6 | stock:Separator_out | 0 | 1 | 100 t | stock above 0 t |
    | 7 | stock:Reduction_out | 0 | 1 | 100 t | stock above 0 t |
    | 8 | stock:Crusher8_out | 0 | 1 | 100 t | stock above 0 t |
    | 9 | stock:Classifier9_out | 0 | 1 | 150 t | stock above 0 t |
    | 10 | stock:Blender_out | 0 | 1 | 400 t | stock above 0 t |
    | 11 | missing:Atomizer_out | 0 | 1 | 90 t | still missing to the target of the day |
    | 12 | missing:Dehydrator_out | 0 | 1 | 50 t | still missing to the target of the day |
    | 13 | missing:Dryer_out | 0 | 1 | 75 t | still missing to the target of the day |
    | 14 | missing:Crusher4_out | 0 | 1 | 50 t | still missing to the target of the day |
    | 15 | missing:Classifier5_out | 0 | 1 | 75 t | still missing to the target of the day |
    | 16 | missing:Separator_out | 0 | 1 | 50 t | still missing to the target of the day |
    | 17 | missing:Reduction_out | 0 | 1 | 50 t | still missing to the target of the day |
    | 18 | missing:Crusher8_out | 0 | 1 | 50 t | still missing to the target of the day |
    | 19 | missing:Classifier9_out | 0 | 1 | 75 t | still missing to the target of the day |
    | 20 | missing:Blender_out | 0 | 1 | 240 t | still missing to the target of the day |
    | 21 | level:Atomizer | 0 | 1 | mode 1 | mode or level of the step before |
    | 22 | level:Dehydrator | 0 | 1 | mode 1 | mode or level of the step before |
    | 23 | level:Dryer | 0 | 1 | mode 1 | mode or level of the step before |
    | 24 | level:Crusher4 | 0 | 1 | mode 2 | mode or level of the step before |
    | 25 | level:Classifier5 | 0 | 1 | mode 2 | mode or level of the step before |
    | 26 | level:Separator | 0 | 1 | mode 1 | mode or level of the step before |
    | 27 | level:Reduction | 0 | 1 | mode 1 | mode or level of the step before |
    | 28 | level:Crusher8 | 0 | 1 | mode 2 | mode or level of the step before |
    | 29 | level:Classifier9 | 0 | 1 | mode 2 | mode or level of the step before |
    | 30 | level:Blender | 0 | 1 | mode 2 | mode or level of the step before |
    | 31 | since:Atomizer | 0 | 1 | day of 24 h | time in that mode or level |
    | 32 | since:Dehydrator | 0 | 1 | day of 24 h | time in that mode or level |
    | 33 | since:Dryer | 0 | 1 | day of 24 h | time in that mode or level |
    | 34 | since:Crusher4 | 0 | 1 | day of 24 h | time in that mode or level |
    | 35 | since:Classifier5 | 0 | 1 | day of 24 h | time in that mode or level |
    | 36 | since:Separator | 0 | 1 | day of 24 h | time in that mode or level |
    | 37 | since:Reduction | 0 | 1 | day of 24 h | time in that mode or level |
    | 38 | since:Crusher8 | 0 | 1 | day of 24 h | time in that mode or level |
    | 39 | since:Classifier9 | 0 | 1 | day of 24 h | time in that mode or level |
    | 40 | since:Blender | 0 | 1 | day of 24 h | time in that mode or level |
    | 41-64 step 1 | buy_price | -1 | 1 | 0.3 EUR/kWh | this step (realised), then the day-ahead expectation of each later step; then 0 |

    ## Rewards
    -(cost of the step in EUR) / 513; see `StnEnv` for the parts.

    ## Starting State
    Initial stocks of the plant, all tasks standing, a day of the split at random.

    ## Episode End
    Terminated after 24 steps of an hour, when the target is settled.

    ## Arguments
    Those of `StnEnv`; the defaults here are `plant='steel_powder'`.

    ## Version History
    * v0: first release.
    """
