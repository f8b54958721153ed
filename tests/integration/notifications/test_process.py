"""The service as a process of its own: started by its module, stopped and killed from outside."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.integration.notifications.stage import SECONDS, Stage, ids
from tests.kit.credentials import SERVICE_TOKEN
from tests.kit.waiting import eventually

REPOSITORY = Path(__file__).parents[3]


@asynccontextmanager
async def process(stage: Stage, log: Path) -> AsyncIterator[Process]:
    """Its output goes to `log`, one JSON line for each event; it is killed at the end."""
    environment = {
        **os.environ,
        "AMQP_URL": stage.amqp_url,
        "CONVERSATIONS_URL": stage.log.url,
        "SERVICE_TOKEN": SERVICE_TOKEN,
        "CURSOR_STORE_SECONDS": "0.2",
        "HOST": "127.0.0.1",
        "PORT": "0",
    }
    command = [sys.executable, "-m", "services.notifications"]
    with log.open("wb") as output:
        started = await asyncio.create_subprocess_exec(*command, stdout=output, env=environment, cwd=REPOSITORY)
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
            await started.wait()


def decided(log: Path) -> list[str]:
    """Events of which somebody would be notified, as the process wrote them down."""
    written = log.read_text(encoding="utf-8") if log.exists() else ""
    lines = [json.loads(line) for line in written.splitlines() if line.startswith("{") and line.endswith("}")]
    return [line["event_id"] for line in lines if line.get("action") == "notify"]


async def test_a_killed_process_misses_nothing(stage: Stage, tmp_path: Path) -> None:
    """What it had decided since the last store may be decided again by the next one; nothing is left out."""
    first, second = tmp_path / "first.log", tmp_path / "second.log"
    async with process(stage, first) as killed:
        await stage.commit(20)
        await eventually(lambda: len(decided(first)) >= 5, within=SECONDS)
        killed.kill()
        await killed.wait()
    await stage.commit(5)
    async with process(stage, second):
        await eventually(lambda: "0-25-0" in decided(second), within=SECONDS)
    assert decided(first) == ids(*range(1, len(decided(first)) + 1))
    again = decided(second)
    assert again == ids(*range(25 - len(again) + 1, 26))
    assert set(decided(first)) | set(again) == set(ids(*range(1, 26)))


async def test_a_terminated_process_repeats_nothing(stage: Stage, tmp_path: Path) -> None:
    """SIGTERM: the cursor is stored last of all, and the exit code is 0."""
    first, second = tmp_path / "first.log", tmp_path / "second.log"
    async with process(stage, first) as terminated:
        await stage.commit(20)
        await eventually(lambda: len(decided(first)) >= 5, within=SECONDS)
        terminated.terminate()
        async with asyncio.timeout(SECONDS):
            assert await terminated.wait() == 0
    async with process(stage, second):
        await stage.commit()
        await eventually(lambda: "0-21-0" in decided(second), within=SECONDS)
    assert decided(first) + decided(second) == ids(*range(1, 22))
