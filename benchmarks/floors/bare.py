"""The limits of aiohttp: WebSocket and HTTP round trips with the system's clients, and the memory of a socket."""

import asyncio
import contextlib
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psutil
from pydantic import SecretStr

from benchmarks.floors.sample import command_batch, frame
from benchmarks.floors.timings import Timings
from benchmarks.load.crowd import Crowd
from benchmarks.load.sockets import SocketClient, connect
from benchmarks.load.window import no_garbage_collection
from chassis.auth.tokens import mint_hs256
from chassis.http.internal_session import open_internal_session
from deploy.native import processes
from deploy.native.ports import free_port
from tests.kit.running.system import Service

SERVICE_TOKEN = SecretStr("x" * 43)  # as long as the system's
SETTLE_SECONDS = 1.0  # what the handshakes left to do is done


@contextlib.contextmanager
def bare_server() -> Iterator[Service]:
    with tempfile.TemporaryDirectory(prefix="messaging-bare-") as folder:
        port = free_port()
        environment = {**processes.inherited_environment(), "PORT": str(port)}
        server = Service("bare", "benchmarks.floors.bare_server", port, environment, Path(folder) / "bare.log")
        try:
            server.start()
            yield server
        finally:
            server.stop()


async def call_echo(server: Service, *, sockets: int, seconds: float) -> Timings:
    """Each socket has one frame under way, of the load generator's client."""
    timings = Timings(seconds)
    callers = [_Caller(timings) for _ in range(sockets)]
    for caller in callers:
        await connect(caller, server.socket_url, {})
    with no_garbage_collection():
        await asyncio.gather(*(caller.call_until_over() for caller in callers))
    for caller in callers:
        caller.disconnect()
    return timings


class _Caller(SocketClient):
    """Sends its frame again as soon as it is back."""

    def __init__(self, timings: Timings) -> None:
        super().__init__()
        self._timings, self._frame, self._sent_at = timings, frame(), 0.0
        self._finished = asyncio.Event()

    async def call_until_over(self) -> None:
        self._call()
        await self._finished.wait()
        if self.ended.is_set():
            raise RuntimeError("the bare server closed a socket")

    def on_body(self, _body: bytes) -> None:
        self._timings.note(self._sent_at)
        if self._timings.over:
            self._finished.set()
        else:
            self._call()

    def on_closed(self, _code: int | None) -> None:
        self._finished.set()

    def _call(self) -> None:
        self._sent_at = time.perf_counter()
        self.send(self._frame)


async def post_commands(server: Service, *, seconds: float) -> Timings:
    """One request after the other over one connection, with the session of delivery and the body of one command."""
    body = command_batch()
    async with open_internal_session(base_url=server.url, service_token=SERVICE_TOKEN) as session:
        timings = Timings(seconds)
        while not timings.over:
            began = time.perf_counter()
            async with session.post("/commands", data=body) as response:
                await response.read()
            timings.note(began)
    return timings


async def kib_per_idle_socket(server: Service, *, sockets: int) -> float:
    """Memory of the server's process that is its alone, with so many open against none."""
    assert server.process is not None
    process = psutil.Process(server.process.pid)
    token = mint_hs256(  # aiohttp keeps the request, and with it the token
        secret="s" * 32, user_id="idle-1", issuer="bare", audience="bare", lifetime=timedelta(hours=1)
    )
    crowd, before = Crowd([server.socket_url], [token] * sockets), process.memory_full_info().uss
    await crowd.gather()
    await asyncio.sleep(SETTLE_SECONDS)
    grown = process.memory_full_info().uss - before
    if crowd.closed_by_server or crowd.open != sockets:
        raise RuntimeError(f"{sockets - crowd.open} of {sockets} sockets did not stay open")
    crowd.leave()
    return float(grown) / sockets / 1024
