"""What the metrics say, and what they must not go on saying."""

from prometheus_client import CollectorRegistry

from services.conversations.metrics import ServiceMetrics


def test_a_former_leader_stops_reporting_the_log() -> None:
    """What it saw last would look like what is."""
    registry = CollectorRegistry()
    metrics = ServiceMetrics(registry)
    metrics.lead(leading=True)
    metrics.backlog(0, head=7, unpublished=2)
    assert registry.get_sample_value("conversations_log_unpublished", {"shard": "0"}) == 2
    assert registry.get_sample_value("conversations_log_head_position", {"shard": "0"}) == 7
    metrics.lead(leading=False)
    assert registry.get_sample_value("conversations_log_unpublished", {"shard": "0"}) is None
    assert registry.get_sample_value("conversations_log_head_position", {"shard": "0"}) is None
    assert registry.get_sample_value("conversations_leader") == 0
