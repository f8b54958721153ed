"""A real Prometheus, where one is or can be had."""

import pytest

from tests.kit.running.prometheus_distribution import Programs, PrometheusNotAvailable, find_or_fetch


@pytest.fixture(scope="session")
def programs() -> Programs:
    """Prometheus and promtool; without them the test is skipped, and says why."""
    try:
        return find_or_fetch()
    except PrometheusNotAvailable as reason:
        pytest.skip(f"no Prometheus: {reason}")
