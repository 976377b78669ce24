"""Faults of factories and heaters: records, and pure functions for what they do.

A fault may change what is asked of a control (`effects.stuck_request`), how the plant runs
(`effects.faulty_stn_tables`, `faulty_series`, `faulty_heater_values`) and what is read off its
sensors (`sensors.sensed`). `plantgym.envs.faulty_plant.FaultyPlant` does all three around an env.
"""
