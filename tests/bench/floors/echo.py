"""What aiohttp can do: WebSocket round trips with the load generator's client."""

import asyncio
import contextlib
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.native import processes
from deploy.native.ports import free_port
from tests.bench.floors.sample import frame
from tests.load.sockets import SocketClient, connect
from tests.load.window import no_garbage_collection
from tests.support.system import Service


@dataclass(frozen=True)
class Echoed:
    """How long each round trip took, in seconds, and how long it all took."""

    took: list[float]
    seconds: float

    @property
    def rate(self) -> float:
        """Round trips a second."""
        return len(self.took) / self.seconds


class Caller(SocketClient):
    """Sends its frame again as soon as it is back."""

    def __init__(self, took: list[float]) -> None:
        super().__init__()
        self.over = False
        self._took, self._frame, self._sent_at = took, frame(), 0.0

    def call(self) -> None:
        self._sent_at = time.perf_counter()
        self.send(self._frame)

    def on_body(self, _body: bytes) -> None:
        self._took.append(time.perf_counter() - self._sent_at)
        if not self.over:
            self.call()


@contextlib.contextmanager
def echo_server() -> Iterator[str]:
    """The address of its sockets, while it runs."""
    with tempfile.TemporaryDirectory(prefix="messaging-echo-") as folder:
        port = free_port()
        environment = {**processes.inherited_environment(), "PORT": str(port)}
        server = Service("echo", "tests.bench.floors.echo_server", port, environment, Path(folder) / "echo.log")
        try:
            server.start()
            yield server.url.replace("http", "ws", 1) + "/ws"
        finally:
            server.stop()


async def call_echo(url: str, *, sockets: int, seconds: float) -> Echoed:
    """Each socket has one frame under way."""
    took: list[float] = []
    callers = [Caller(took) for _ in range(sockets)]
    for caller in callers:
        await connect(caller, url, {})
    with no_garbage_collection():
        began = time.perf_counter()
        for caller in callers:
            caller.call()
        await asyncio.sleep(seconds)
        echoed = Echoed(list(took), time.perf_counter() - began)
    for caller in callers:
        caller.over = True
        caller.disconnect()
    return echoed
