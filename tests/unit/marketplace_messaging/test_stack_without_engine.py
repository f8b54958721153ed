"""MessagingStack where it cannot start: it says so in its own words, and nothing of it stays behind."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from testcontainers.core.config import testcontainers_config

from deploy.native.folders import REPOSITORY
from marketplace_messaging.testing import MessagingStack, StackFailed
from tests.kit.running.docker_engine import running_engine

NOWHERE = "unix:///nowhere"
PAGE = REPOSITORY / "docs" / "testing-your-marketplace.md"

START_AND_STOP = """
from marketplace_messaging.testing import MessagingStack, StackFailed

stack = MessagingStack()
try:
    stack.start()
except StackFailed as failed:
    print(failed)
assert not stack.containers
stack.stop()  # there is nothing to stop
"""


@pytest.mark.parametrize("address", [NOWHERE, "tcp://127.0.0.1:1"])
def test_without_an_engine_it_says_so(address: str) -> None:
    """In a process of its own: the engine's library leaves the socket open that reached nobody."""
    done = subprocess.run(
        [sys.executable, "-c", START_AND_STOP],
        cwd=REPOSITORY,
        env={"DOCKER_HOST": address},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("The Docker engine does not answer")


@pytest.mark.parametrize("starts", [0, 1])
def test_started_parts_are_removed_if_the_engine_refuses(monkeypatch: pytest.MonkeyPatch, starts: int) -> None:
    monkeypatch.setattr(testcontainers_config, "ryuk_disabled", True)  # nobody else takes away what is forgotten
    stack = MessagingStack()
    with running_engine(starts=starts) as engine:
        monkeypatch.setenv("DOCKER_HOST", engine.url)
        with pytest.raises(StackFailed, match="the engine refuses"):
            stack.start()
    assert engine.made == starts + 2  # the network, and the container that does not start
    assert engine.there == set()
    assert stack.containers == {}


def test_plain_pytest_runs_the_documented_example(tmp_path: Path) -> None:
    """As far as that goes without an engine; tests/containers runs all of it."""
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    (tmp_path / "test_example.py").write_text(example)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:asyncio", "-p", "no:cacheprovider", tmp_path],
        cwd=tmp_path,
        env={"PYTHONPATH": str(REPOSITORY), "HOME": str(tmp_path), "DOCKER_HOST": NOWHERE},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "StackFailed: The Docker engine" in done.stdout, done.stdout + done.stderr
    assert "not natively supported" not in done.stdout
