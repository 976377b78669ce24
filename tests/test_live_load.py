"""The load test in small: nothing is lost and nothing is reordered."""

from plantgym.benchmarks.live_load import measure_crowd, measure_round_trips


def test_a_small_crowd_loses_nothing() -> None:
    crowd = measure_crowd("cement_mill", clients=4, per_s=10.0, seconds=1.0)
    assert (crowd.sent, crowd.acknowledged) == (40, 40)
    assert (crowd.lost, crowd.reordered) == (0, 0)
    assert crowd.events > 0
    assert len(crowd.waits_ms) == 40


def test_round_trips_are_counted() -> None:
    told = measure_round_trips("cement_mill", 30)
    assert told.trips == 30
    assert 0 < told.p50_ms <= told.p99_ms
