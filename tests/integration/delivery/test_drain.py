"""Row D10: a real process that is asked to stop lets everybody go in good order."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from deploy.native.ports import free_port
from services.delivery.close_codes import CloseCode
from tests.integration.delivery.client import AUDIENCE, ISSUER, SECRET, Socket, connect, token_for
from tests.integration.delivery.fake_conversations import FakeConversations
from tests.integration.delivery.running_conversations import SERVICE_TOKEN, RunningConversations
from tests.integration.delivery.test_heartbeat import open_raw

ROOT = Path(__file__).parents[3]
DRAIN_SECONDS = 2.0


@dataclass
class Process:
    url: str
    process: asyncio.subprocess.Process


@pytest.fixture
async def process(server: RunningConversations, amqp_url: str) -> AsyncIterator[Process]:
    """`python -m services.delivery`, ready."""
    async with started(server.url, amqp_url) as process:
        yield process


@asynccontextmanager
async def started(conversations_url: str, amqp_url: str) -> AsyncIterator[Process]:
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "AMQP_URL": amqp_url,
        "CONVERSATIONS_URL": conversations_url,
        "SERVICE_TOKEN": SERVICE_TOKEN,
        "JWT_HS256_SECRET": SECRET,
        "JWT_ISSUER": ISSUER,
        "JWT_AUDIENCE": AUDIENCE,
        "DRAIN_SECONDS": str(DRAIN_SECONDS),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.delivery", cwd=ROOT, env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        await ready(f"http://127.0.0.1:{port}")
        yield Process(f"http://127.0.0.1:{port}", process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def ready(url: str) -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(60):
        while True:
            try:
                async with session.get(f"{url}/readyz") as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(0.05)


async def test_sockets_are_closed_over_the_window_and_the_process_ends(process: Process) -> None:
    """Each with the code that says: reconnect; not all at once; and in time."""
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(connect(process.url, f"user-{n}")) for n in range(20)]
        silent_reader, silent_writer = await open_raw(process.url, "silent")
        began = loop.time()
        process.process.send_signal(signal.SIGTERM)

        async def ended(socket: Socket) -> float:
            assert await socket.expect_close() == CloseCode.DRAINING
            return loop.time() - began

        times = sorted(await asyncio.gather(*(ended(socket) for socket in sockets)))
        assert times[-1] <= DRAIN_SECONDS + 1
        assert times[-1] - times[0] > DRAIN_SECONDS / 3
        async with asyncio.timeout(DRAIN_SECONDS + 5):
            assert await process.process.wait() == 0
        assert loop.time() - began < DRAIN_SECONDS + 5
        silent_writer.close()
        await silent_reader.read()


async def test_while_draining_nobody_new_gets_in(process: Process) -> None:
    """Another replica answers; probes say so too."""
    async with connect(process.url, "buyer"), connect(process.url, "seller") as seller:
        process.process.send_signal(signal.SIGTERM)
        async with aiohttp.ClientSession() as session:
            statuses = []
            for path in ("/readyz", "/ws"):
                headers = {"Authorization": f"Bearer {token_for('new')}"}
                async with session.get(process.url + path, headers=headers) as response:
                    statuses.append((response.status, (await response.json(content_type=None))["code"]))
            assert statuses == [(503, "draining")] * 2
        assert await seller.expect_close() == CloseCode.DRAINING


async def test_a_send_under_way_gets_its_answer_before_the_socket_closes(
    process: Process, log: FakeConversations
) -> None:
    """The ack comes, then the close."""
    conversation = log.open()
    arrived, gate = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        arrived.set()
        await gate.wait()

    log.before_commands = hold
    async with connect(process.url, "buyer") as buyer:
        await buyer.send("send_message", conversationId=conversation.id, message="Hello!")
        await arrived.wait()
        process.process.send_signal(signal.SIGTERM)
        await draining(process.url)
        gate.set()
        assert (await buyer.expect("message_sent"))["seq"] == 1
        assert await buyer.expect_close() == CloseCode.DRAINING
    async with asyncio.timeout(DRAIN_SECONDS + 5):
        assert await process.process.wait() == 0


async def draining(url: str) -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(10):
        while True:
            async with session.get(f"{url}/readyz") as response:
                if response.status == 503:
                    return
