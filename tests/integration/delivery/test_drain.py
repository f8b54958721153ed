"""Row D10: a real process that is asked to stop lets everybody go in good order."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import aiohttp
import orjson

from contracts.generated.catalogues import CloseCode
from deploy.native.ports import free_port
from tests.integration.delivery.test_heartbeat import open_raw
from tests.kit.client import PATIENCE_SECONDS, Socket, connect
from tests.kit.credentials import SETTINGS, token_of
from tests.kit.fake_conversations import FakeConversations

ROOT = Path(__file__).parents[3]
DRAIN_SECONDS = 2.0
NO_END_SECONDS = 300.0  # a drain that lasts as long as the test wants, by a command without an answer


@dataclass
class Process:
    url: str
    process: asyncio.subprocess.Process
    log: Path

    async def ended(self) -> int:
        """Its exit code."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.process.wait()

    def moments(self, event: str) -> list[datetime]:
        """When it logged this event."""
        lines = map(orjson.loads, self.log.read_bytes().splitlines())
        return [datetime.fromisoformat(line["timestamp"]) for line in lines if line["event"] == event]


@asynccontextmanager
async def started(
    log: FakeConversations, amqp_url: str, folder: Path, *, drain_seconds: float
) -> AsyncIterator[Process]:
    """`python -m services.delivery`, ready."""
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "AMQP_URL": amqp_url,
        "CONVERSATIONS_URL": log.url,
        **{name.upper(): value for name, value in SETTINGS.items()},
        "DRAIN_SECONDS": str(drain_seconds),
        "COMMAND_DEADLINE_SECONDS": "60",
        "COMMAND_ATTEMPT_SECONDS": "60",
        "HEARTBEAT_SECONDS": "75",
        "LOG_LEVEL": "debug",
        "LOG_FORMAT": "json",
    }
    output_file = folder / "delivery.log"
    with output_file.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.delivery", cwd=ROOT, env=environment, stdout=output
        )
    try:
        await answers(f"http://127.0.0.1:{port}/readyz", 200)
        yield Process(f"http://127.0.0.1:{port}", process, output_file)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def answers(url: str, status: int) -> None:
    """Wait until it does so."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                async with session.get(url) as response:
                    if response.status == status:
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(0.05)


async def test_sockets_are_closed_over_the_window_and_the_process_ends(
    log: FakeConversations, amqp_url: str, tmp_path: Path
) -> None:
    """Each with the code that says: reconnect; not all at once, by the process's own log; also one that is silent."""
    async with started(log, amqp_url, tmp_path, drain_seconds=DRAIN_SECONDS) as process, AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(connect(process.url, f"user-{n}")) for n in range(20)]
        silent_reader, silent_writer = await open_raw(process.url, "silent")
        process.process.send_signal(signal.SIGTERM)
        codes = await asyncio.gather(*(socket.expect_close() for socket in sockets))
        assert codes == [CloseCode.DRAINING] * 20
        assert await process.ended() == 0
        closed = process.moments("socket.closing")
        assert len(closed) == 21
        assert (max(closed) - min(closed)).total_seconds() > DRAIN_SECONDS / 3
        silent_writer.close()
        await silent_reader.read()


@asynccontextmanager
async def draining(
    log: FakeConversations, amqp_url: str, folder: Path
) -> AsyncIterator[tuple[Process, Socket, asyncio.Event]]:
    """A process that has begun to drain, a socket whose send is under way, and what lets that send have its answer."""
    arrived, gate = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        arrived.set()
        await gate.wait()

    log.before_commands = hold
    conversation = log.open()
    async with (
        started(log, amqp_url, folder, drain_seconds=NO_END_SECONDS) as process,
        connect(process.url, "buyer") as buyer,
    ):
        await buyer.send("send_message", conversationId=conversation.id, message="Hello!")
        await arrived.wait()
        process.process.send_signal(signal.SIGTERM)
        await answers(f"{process.url}/readyz", 503)
        yield process, buyer, gate


async def test_a_draining_replica_accepts_no_sockets(log: FakeConversations, amqp_url: str, tmp_path: Path) -> None:
    """Another replica answers; probes say so too."""
    async with draining(log, amqp_url, tmp_path) as (process, _, gate), aiohttp.ClientSession() as session:
        for path in ("/readyz", "/ws"):
            headers = {"Authorization": f"Bearer {token_of('new')}"}
            async with session.get(process.url + path, headers=headers) as response:
                assert (response.status, (await response.json(content_type=None))["code"]) == (503, "draining")
        gate.set()


async def test_a_send_in_flight_is_answered_before_the_socket_closes(
    log: FakeConversations, amqp_url: str, tmp_path: Path
) -> None:
    """The ack comes, then the close."""
    async with draining(log, amqp_url, tmp_path) as (process, buyer, gate):
        gate.set()
        assert (await buyer.expect("message_sent"))["seq"] == 1
        assert await buyer.expect_close() == CloseCode.DRAINING
        assert await process.ended() == 0
