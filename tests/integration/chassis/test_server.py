"""A process from start to end: signals, draining, failing parts and exit codes."""

import asyncio
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

REPOSITORY = Path(__file__).parents[3]
PATIENCE_SECONDS = 60.0


class SmallService:
    """The process, its log so far, and its address."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.log: list[dict[str, Any]] = []
        self.port = 0

    @property
    def events(self) -> list[str]:
        return [line["event"] for line in self.log]

    async def logs(self, event: str) -> dict[str, Any]:
        """Read the log on until this event comes."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for text in self.process.stdout:
                line = json.loads(text)
                self.log.append(line)
                if line["event"] == event:
                    return dict(line)
        raise AssertionError(f"{event} never came; the log: {self.events}")

    async def ends(self) -> int:
        """Read the rest of the log and return the exit code."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for text in self.process.stdout:
                self.log.append(json.loads(text))
            return await self.process.wait()

    async def get(self, path: str) -> tuple[int, Any]:
        return await self._request("GET", path)

    async def post(self, path: str) -> tuple[int, Any]:
        return await self._request("POST", path)

    async def _request(self, method: str, path: str) -> tuple[int, Any]:
        url = f"http://127.0.0.1:{self.port}{path}"
        async with aiohttp.ClientSession() as session, session.request(method, url) as response:
            return response.status, await response.json(content_type=None)


Start = Callable[..., Coroutine[Any, Any, SmallService]]


@asynccontextmanager
async def small_service(mode: str, *, port: int = 0) -> AsyncIterator[SmallService]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.integration.chassis.small_service", mode, str(port)),
        cwd=REPOSITORY,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield SmallService(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@asynccontextmanager
async def running_service(mode: str) -> AsyncIterator[SmallService]:
    async with small_service(mode) as service:
        service.port = (await service.logs("server.started"))["port"]
        yield service


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_process_cleanly(number: signal.Signals) -> None:
    async with running_service("plain") as service:
        assert (await service.get("/readyz"))[0] == 200
        service.process.send_signal(number)
        assert await service.ends() == 0
    assert service.events[-3:] == ["process.stopping", "resource.closed", "process.stopped"]


async def test_while_draining_it_is_not_ready_and_still_answers() -> None:
    async with running_service("drains") as service:
        service.process.terminate()
        await service.logs("gate.draining")
        status, problem = await service.get("/readyz")
        assert (status, problem["code"]) == (503, "draining")
        assert (await service.get("/healthz"))[0] == 200
        assert (await service.post("/open"))[0] == 200
        assert await service.ends() == 0
    assert service.events.index("gate.drained") < service.events.index("resource.closed")


async def test_a_request_in_progress_is_finished() -> None:
    async with running_service("drains") as service:
        waiting = asyncio.create_task(service.get("/wait"))
        await service.logs("request.waiting")
        service.process.terminate()
        await service.logs("gate.draining")
        await service.post("/open")
        assert await waiting == (200, {"waited": True})
        assert await service.ends() == 0


async def test_a_second_signal_cuts_the_drain_short() -> None:
    async with running_service("drains") as service:
        service.process.terminate()
        await service.logs("gate.draining")
        service.process.terminate()
        assert await service.ends() == 0
    assert "drain.unfinished" in service.events
    assert "resource.closed" in service.events


async def test_the_death_of_a_background_task_stops_the_process_with_a_failures_code() -> None:
    async with small_service("dies") as service:
        assert await service.ends() == 1
    (died,) = [line for line in service.log if line["event"] == "task.died"]
    assert died["task"] == "worker"
    assert "broken for good" in died["exception"]
    assert "resource.closed" in service.events


async def test_a_resource_that_cannot_be_opened_stops_the_process_with_a_failures_code() -> None:
    async with small_service("fails") as service:
        assert await service.ends() == 1
    assert "server.failed" in service.events
    assert "resource.closed" in service.events


async def test_a_process_that_still_waits_for_a_resource_can_be_stopped() -> None:
    async with small_service("waits") as service:
        await service.logs("resource.awaited")
        service.process.terminate()
        assert await service.ends() == 0
    assert "server.started" not in service.events


async def test_a_taken_port_is_a_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        async with small_service("plain", port=taken.getsockname()[1]) as service:
            assert await service.ends() == 1
    assert "server.failed" in service.events
    assert "resource.closed" in service.events
