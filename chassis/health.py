"""Liveness and readiness: `/healthz` and `/readyz`."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from chassis.problems import FieldError, Problem, ServiceUnavailable

CHECK_SECONDS = 2.0  # an orchestrator's probe usually waits at most a few seconds

Check = Callable[[], Awaitable[None]]


class NotReady(Exception):
    """Raised by a readiness check; the text is the reason, visible to any caller."""


class Health:
    """Named readiness checks. A check returns if all is well and raises NotReady if not."""

    def __init__(self, *, is_draining: Callable[[], bool] = lambda: False) -> None:
        self._checks: dict[str, tuple[Check, float]] = {}
        self._lesser: set[str] = set()
        self._is_draining = is_draining

    def add(self, name: str, check: Check, *, timeout_seconds: float = CHECK_SECONDS, vital: bool = True) -> None:
        """Add a check; one that is not vital does not affect readiness, it is only shown as degraded."""
        if name in self._checks:
            raise ValueError(f"a check named {name} exists already")
        self._checks[name] = (check, timeout_seconds)
        if not vital:
            self._lesser.add(name)

    @property
    def names(self) -> list[str]:
        return sorted(self._checks)

    async def failures(self) -> dict[str, str]:
        """The reasons of the failing vital checks, by name."""
        return self._without_lesser(await self._all_failures())

    async def _all_failures(self) -> dict[str, str]:
        """Run all checks concurrently."""
        if self._is_draining():
            return {"process": "draining"}
        names = self.names
        reasons = await asyncio.gather(*(_reason(*self._checks[name]) for name in names))
        return {name: reason for name, reason in zip(names, reasons, strict=True) if reason is not None}

    async def handle_alive(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def handle_ready(self, _request: web.Request) -> web.Response:
        failures = await self._all_failures()
        vital = self._without_lesser(failures)
        if vital:
            raise self._problem(vital)
        body: dict[str, object] = {"status": "ready", "checks": self.names}
        if failures:
            body["degraded"] = failures
        return web.json_response(body)

    def _without_lesser(self, failures: dict[str, str]) -> dict[str, str]:
        return {name: reason for name, reason in failures.items() if name not in self._lesser}

    def _problem(self, failures: dict[str, str]) -> Problem:
        code = "draining" if self._is_draining() else None
        errors = [FieldError(field=name, message=reason) for name, reason in failures.items()]
        return ServiceUnavailable("Not ready for work.", code=code, errors=errors)


async def _reason(check: Check, timeout_seconds: float) -> str | None:
    try:
        async with asyncio.timeout(timeout_seconds):
            await check()
    except NotReady as not_ready:
        return str(not_ready)
    except TimeoutError:
        return f"no answer within {timeout_seconds:g} s"
    except Exception as error:
        # The error's text could contain addresses or credentials; its class says enough.
        return type(error).__name__
    return None
