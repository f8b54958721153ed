"""PromQL, put together."""

from deploy.observability.grafana_json import Query

OURS = 'job=~"conversations|delivery|notifications"'
NOT_PROBES = 'route!~"/healthz|/readyz|/metrics"'


def rate(sample: str) -> str:
    """Its increase a second, over a time that holds some scrapes whatever the zoom."""
    return f"rate({sample}[$__rate_interval])"


def total(sample: str, *by: str) -> str:
    """The rate of all its series together, or by these labels."""
    grouping = f" by ({', '.join(by)}) " if by else ""
    return f"sum{grouping}({rate(sample)})"


def quantile(share: float, histogram: str, *by: str, where: str = "") -> str:
    """Of what a histogram observed of late."""
    selector = f"{{{where}}}" if where else ""
    return f"histogram_quantile({share}, {total(f'{histogram}_bucket{selector}', 'le', *by)})"


def median_and_p99(histogram: str) -> tuple[Query, Query]:
    """How long it usually takes, and how long in one of a hundred cases."""
    return Query(quantile(0.5, histogram), "median"), Query(quantile(0.99, histogram), "p99")
