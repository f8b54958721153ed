"""Builders of PromQL expressions."""

from deploy.observability.grafana_json import Query

OURS = 'job=~"conversations|delivery|notifications"'
NOT_PROBES = 'route!~"/healthz|/readyz|/metrics"'


def rate(sample: str) -> str:
    """The increase per second, over an interval that contains several scrapes at any zoom."""
    return f"rate({sample}[$__rate_interval])"


def total(sample: str, *by: str) -> str:
    """The rate summed over all series, or by these labels."""
    grouping = f" by ({', '.join(by)}) " if by else ""
    return f"sum{grouping}({rate(sample)})"


def quantile(share: float, histogram: str, *by: str, where: str = "") -> str:
    """A quantile of a histogram's recent observations."""
    selector = f"{{{where}}}" if where else ""
    return f"histogram_quantile({share}, {total(f'{histogram}_bucket{selector}', 'le', *by)})"


def median_and_p99(histogram: str) -> tuple[Query, Query]:
    """The median and the 99th percentile of a histogram."""
    return Query(quantile(0.5, histogram), "median"), Query(quantile(0.99, histogram), "p99")
