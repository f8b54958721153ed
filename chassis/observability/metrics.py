"""Prometheus metrics: one registry per application; those of the HTTP server, the event loop and the broker links.

Counters of failures exist from the start, at 0: one that appears with its first failure shows no increase.
"""

import asyncio
from collections.abc import Callable, Iterable
from http import HTTPStatus

from aiohttp import web
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    ProcessCollector,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

LAG_SAMPLE_SECONDS = 0.5
UNMATCHED_ROUTE = "unmatched"
_FAILURES = (HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds


class Metrics:
    """A registry; services add their own metrics with `Counter(..., registry=metrics.registry)`."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._requests = Counter(
            "http_requests", "Answered HTTP requests.", ["method", "route", "status"], registry=self.registry
        )
        self._durations = Histogram(
            "http_request_duration_seconds",
            "Time to answer an HTTP request, without WebSockets.",
            ["method", "route"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._lag = Histogram(
            "event_loop_lag_seconds",
            "Delay of a timer of the event loop, measured twice a second.",
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._connected = Gauge(
            "broker_connected", "1 while the connection to the broker is up, else 0.", ["link"], registry=self.registry
        )
        self._topology_lost = Counter(
            "broker_topology_lost",
            "Times that an exchange, a queue or a consumer of a connection was removed by others. It is "
            "declared again.",
            ["link"],
            registry=self.registry,
        )

    def expect_requests(self, routes: Iterable[web.AbstractRoute]) -> None:
        """Initialize the failure counters of these routes."""
        for route in routes:
            if route.method in _METHODS and route.resource is not None:
                for status in _FAILURES:
                    self._requests.labels(route.method, route.resource.canonical, str(status.value))

    def watch_broker(self, link: str, connected: Callable[[], bool]) -> None:
        """Show whether a connection to the broker is up."""
        self._connected.labels(link).set_function(lambda: int(connected()))

    def topology_losses(self, link: str) -> Callable[[], None]:
        """The counter of a connection's topology losses."""
        return self._topology_lost.labels(link).inc

    def observe_request(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request. `route` is the route's template, so that label values stay few."""
        method = method if method in _METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        if status != HTTPStatus.SWITCHING_PROTOCOLS:
            self._durations.labels(method, route).observe(seconds)

    async def watch_event_loop(self) -> None:
        """Sample the event loop's lag until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LAG_SAMPLE_SECONDS
            await asyncio.sleep(LAG_SAMPLE_SECONDS)
            self._lag.observe(max(0.0, loop.time() - due))

    async def handle(self, _request: web.Request) -> web.Response:
        """`GET /metrics`."""
        # Ignores `Accept`: every scraper reads this format, and the library's negotiation fails on odd versions.
        return web.Response(body=generate_latest(self.registry), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


def route_template(request: web.Request) -> str:
    """The matched route's template, such as `/api/things/{id}`; never the path with its ids."""
    resource = request.match_info.route.resource
    return UNMATCHED_ROUTE if resource is None else resource.canonical
