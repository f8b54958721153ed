"""What the metrics must not go on saying."""

from prometheus_client import CollectorRegistry

from services.notifications.metrics import ServiceMetrics


def test_a_former_consumer_stops_reporting_its_lag() -> None:
    """Another process moves the cursor now: the old lag would look like one that never ends."""
    registry = CollectorRegistry()
    metrics = ServiceMetrics(registry)
    metrics.show_active(active=True)
    metrics.lag.labels("0").set(5000)
    metrics.position.labels("0").set(7)
    assert registry.get_sample_value("notifications_lag_positions", {"shard": "0"}) == 5000
    metrics.show_active(active=False)
    assert registry.get_sample_value("notifications_active") == 0
    assert registry.get_sample_value("notifications_lag_positions", {"shard": "0"}) is None
    assert registry.get_sample_value("notifications_position", {"shard": "0"}) is None
