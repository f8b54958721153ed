"""The runner as people use it, with small programs in the place of the services."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from deploy.native import state
from deploy.native.folders import RABBITMQ_DOWNLOAD, REPOSITORY
from deploy.native.ports import free_port, release

_UP_SECONDS = 120
pytestmark = pytest.mark.timeout(5 * _UP_SECONDS)  # a test starts the system up to three times
NO_BROKER = "amqp://nobody:nothing@127.0.0.1:1/"  # the stand-ins need none, and starting one takes seconds
OUR_BROKER = ""
_SERVICE = '''
"""Answers every request with how often the database was migrated; `fail` in the folder makes it end at once."""
import asyncio, os, pathlib, socket, subprocess, sys
import asyncpg
from aiohttp import web

NAME = pathlib.Path(__file__).parent.name
REFUSAL = pathlib.Path(__file__).parent / "fail"
THEFT = pathlib.Path(__file__).parent / "lose-port"

async def migrate():
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    await connection.execute("CREATE TABLE IF NOT EXISTS runs (at timestamptz); INSERT INTO runs VALUES (now())")
    await connection.close()

async def answer(request):
    if NAME != "conversations":
        return web.json_response({"name": NAME})
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    count = await connection.fetchval("SELECT count(*) FROM runs")
    await connection.close()
    return web.json_response({"migrations": count})

if REFUSAL.exists():
    sys.exit(REFUSAL.read_text())
if THEFT.exists():  # another program takes the port at the last moment
    server = "import http.server, sys; http.server.test(port=int(sys.argv[1]), bind='127.0.0.1')"
    thief = subprocess.Popen([sys.executable, "-c", server, os.environ["PORT"]], start_new_session=True)
    THEFT.rename(THEFT.with_name(f"thief-{thief.pid}"))
    while socket.socket().connect_ex(("127.0.0.1", int(os.environ["PORT"]))):
        pass
if sys.argv[1:] == ["migrate"]:
    asyncio.run(migrate())
else:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answer)
    web.run_app(app, host=os.environ["HOST"], port=int(os.environ["PORT"]), print=None)
'''


@dataclass(frozen=True)
class Runner:
    """A copy of the repository with stand-ins for the services."""

    root: Path

    def run(self, *arguments: str, amqp_url: str = NO_BROKER) -> subprocess.CompletedProcess[str]:
        inherited = {key: value for key, value in os.environ.items() if key != "MESSAGING_LOCAL"}
        return subprocess.run(
            [sys.executable, "-m", "deploy.native", *arguments],
            cwd=self.root,
            env={**inherited, "AMQP_URL": amqp_url},
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_UP_SECONDS,
        )

    @property
    def state_file(self) -> Path:
        return self.root / ".local" / "run" / "state.json"

    def state(self) -> dict[str, Any]:
        path = self.state_file
        found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"processes": []}
        return found

    def pids(self) -> list[int]:
        return [process["pid"] for process in self.state()["processes"]]

    def migrations(self) -> int:
        with urllib.request.urlopen(f"{self.state()['address']}/api/items") as answer:  # noqa: S310 - http, ours
            return int(json.load(answer)["migrations"])

    def make_fail(self, service: str, reason: str) -> None:
        (self.root / "services" / service / "fail").write_text(reason)

    def repair(self, service: str) -> None:
        (self.root / "services" / service / "fail").unlink()


def _make_runner(root: Path) -> Runner:
    root.chmod(0o755)  # PostgreSQL's own account, where the tests run as root, must get through
    for name in ("chassis", "deploy", "requirements"):
        shutil.copytree(REPOSITORY / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("conversations", "delivery", "notifications"):
        (root / "services" / name).mkdir(parents=True)
        (root / "services" / name / "__main__.py").write_text(_SERVICE)
    RABBITMQ_DOWNLOAD.mkdir(parents=True, exist_ok=True)
    (root / ".local").mkdir()
    (root / ".local" / "rabbitmq").symlink_to(RABBITMQ_DOWNLOAD)
    return Runner(root)


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with tempfile.TemporaryDirectory(prefix="messaging-stack-", ignore_cleanup_errors=True) as folder:
        runner = _make_runner(Path(folder))
        yield runner
        runner.run("down")


@pytest.fixture
def running(runner: Runner) -> Runner:
    if not runner.pids():
        port = free_port()
        release(port)  # it is the runner's from here on
        done = runner.run("up", "--port", str(port))
        assert done.returncode == 0, done.stdout
    return runner


@pytest.fixture
def stopped(runner: Runner) -> Runner:
    runner.run("down")
    return runner


def test_up_prints_an_address_that_answers(running: Runner) -> None:
    with urllib.request.urlopen(running.state()["address"]) as answer:  # noqa: S310 - http, ours
        assert answer.status == 200
    assert running.run("status").returncode == 0


def test_a_second_up_says_where_it_is_running(running: Runner) -> None:
    pids = running.pids()
    again = running.run("up")
    assert again.returncode == 0
    assert f"running already: {running.state()['address']}" in again.stdout
    assert running.pids() == pids


def test_an_external_broker_is_not_started(running: Runner) -> None:
    assert not any("rabbitmq" in process["name"] for process in running.state()["processes"])


def test_data_survive_down_and_up_and_not_reset(running: Runner) -> None:
    before = running.migrations()
    running.run("down")
    assert running.run("up").returncode == 0
    assert running.migrations() == before + 1
    running.run("reset")
    assert running.pids() == []
    assert not (running.root / ".local" / "data").exists()
    assert (running.root / ".local" / "rabbitmq").exists()
    assert running.run("up").returncode == 0
    assert running.migrations() == 1


def test_after_a_crash_of_one_part_up_restarts_everything(running: Runner) -> None:
    psutil.Process(running.pids()[-1]).kill()
    assert "NOT RUNNING" in running.run("status").stdout
    again = running.run("up")
    assert again.returncode == 0, again.stdout
    assert running.run("status").returncode == 0


def test_a_part_that_does_not_start_is_named_with_its_log_and_the_rest_is_stopped(stopped: Runner) -> None:
    stopped.make_fail("delivery", "the moon is in the wrong phase")
    try:
        failed = stopped.run("up")
    finally:
        stopped.repair("delivery")
    assert failed.returncode == 1
    assert "delivery ended while starting" in failed.stdout
    assert "the moon is in the wrong phase" in failed.stdout
    assert "Traceback" not in failed.stdout
    assert stopped.pids() == []


def test_a_migration_that_fails_is_reported(stopped: Runner) -> None:
    stopped.make_fail("conversations", "no such column")
    try:
        failed = stopped.run("up")
    finally:
        stopped.repair("conversations")
    assert failed.returncode == 1
    assert "migration failed" in failed.stdout
    assert "no such column" in failed.stdout
    assert stopped.pids() == []


def test_a_port_that_is_taken_is_named(stopped: Runner) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        failed = stopped.run("up", "--port", str(port))
    assert failed.returncode == 1
    assert f"port {port}" in failed.stdout
    assert stopped.pids() == []


def test_a_port_that_is_lost_to_another_program_is_replaced(stopped: Runner) -> None:
    """It took the port between our choice and our server's start."""
    service = stopped.root / "services" / "delivery"
    (service / "lose-port").touch()
    try:
        done = stopped.run("up")
        assert done.returncode == 0, done.stdout
        assert "is used by" in done.stdout
        assert stopped.run("status").returncode == 0
    finally:
        for thief in service.glob("thief-*"):
            psutil.Process(int(thief.name.removeprefix("thief-"))).kill()
            thief.unlink()
    stopped.run("down")


def test_clones_that_start_at_the_same_moment_get_ports_and_data_of_their_own() -> None:
    """Each is up with its own broker and answers for itself; one that goes down takes nothing else along."""
    with _clones(2) as clones, ThreadPoolExecutor(len(clones)) as pool:
        started = pool.map(lambda clone: clone.run("up", amqp_url=OUR_BROKER), clones)
        for clone, done in zip(clones, started, strict=True):
            assert done.returncode == 0, f"{clone.root}: {done.stdout}"
        addresses = [url for clone in clones for url in clone.state()["urls"].values()]
        assert len(addresses) == len(set(addresses)) == 4 * len(clones)
        assert [clone.migrations() for clone in clones] == [1] * len(clones)
        first, second = clones
        parts = state.load(first.state_file)
        with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as innocent:
            assert first.run("down").returncode == 0
            assert innocent.poll() is None
            innocent.kill()
        assert len(parts.processes) == 7
        assert parts.is_down()
        assert first.run("status").returncode == 1
        assert second.run("status").returncode == 0


@contextmanager
def _clones(count: int) -> Iterator[list[Runner]]:
    with ExitStack() as stack:
        clones = []
        for _ in range(count):
            folder = tempfile.TemporaryDirectory(prefix="messaging-stack-", ignore_cleanup_errors=True)
            clones.append(_make_runner(Path(stack.enter_context(folder))))
            stack.callback(clones[-1].run, "down")
        yield clones
