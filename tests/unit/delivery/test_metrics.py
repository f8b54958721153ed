"""Plain integers become the samples that Prometheus expects."""

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric

from contracts.generated.catalogues import CloseCode
from docs.metrics_tables import metrics
from services.delivery.metrics import Distribution
from services.delivery.upstream.command_lanes import NoAnswer
from services.delivery.wire.close_codes import closing_label


class Only:
    """A collector of one family."""

    def __init__(self, family: Metric) -> None:
        self._family = family

    def collect(self) -> list[Metric]:
        return [self._family]


def labels_of(name: str) -> set[str]:
    """The values of a family's one label, in a process that has done nothing yet."""
    (family,) = (family for family in metrics()["delivery"] if family.name == name)
    assert all(sample.value == 0 for sample in family.samples)
    return {value for sample in family.samples for value in sample.labels.values()}


def test_a_distribution_counts_up_to_and_including_each_bound() -> None:
    distribution = Distribution((0.1, 1.0))
    for value in (0.05, 0.1, 0.5, 7.0):
        distribution.observe(value)
    registry = CollectorRegistry()
    registry.register(Only(distribution.family("age_seconds", "How old.")))
    counts = [registry.get_sample_value("age_seconds_bucket", {"le": bound}) for bound in ("0.1", "1.0", "+Inf")]
    assert counts == [2, 3, 4]
    assert registry.get_sample_value("age_seconds_count") == 4
    assert registry.get_sample_value("age_seconds_sum") == pytest.approx(7.65)


def test_failures_that_have_not_happened_yet_are_counted() -> None:
    """As nothing: the first one is an increase then."""
    assert labels_of("delivery_command_attempts") == {attempt.value for attempt in NoAnswer}
    assert labels_of("delivery_sockets_closed") >= {closing_label(code) for code in CloseCode}
    assert labels_of("delivery_commands") >= {"stored", "unavailable", "overloaded", "outcome_unknown"}
    assert labels_of("delivery_handshakes_refused") >= {"unauthenticated", "forbidden_origin", "too_many_connections"}
