"""Real children: started, watched, recognised, stopped with all they started."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.native import processes
from deploy.native.ports import free_port
from deploy.native.processes import PortLostError, Process, StartFailedError, answers_http, start, wait_until_ready

_PATIENCE_SECONDS = 60.0  # a loaded machine is slow
_SERVER = """
import http.server, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""
# Sleeping is all that the children of these tests do: they live until they are stopped.
_STUBBORN_PARENT = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("child", child.pid, flush=True)
time.sleep(600)
"""


class Children:
    """Starts Python programs and stops what a test has left."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.started: list[Process] = []

    def start(self, program: str, *arguments: str) -> Process:
        return start(
            "child",
            [sys.executable, "-c", program, *arguments],
            log=self._folder / "child.log",
            environment=os.environ,
            directory=self._folder,
            record=self.started.append,
        )


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    children = Children(tmp_path)
    yield children
    for process in children.started:
        process.kill()


def _grandchild(process: Process) -> psutil.Process:
    wait_until_ready(process, lambda: "child" in process.tail(), within=_PATIENCE_SECONDS)
    return psutil.Process(int(process.tail().split()[1]))


def _has_ended(process: psutil.Process) -> bool:
    return not processes._is_alive(process)


def test_ready_when_it_answers_and_gone_after_stop(children: Children) -> None:
    port = free_port()
    server = children.start(_SERVER, str(port))
    wait_until_ready(server, lambda: answers_http(port), within=_PATIENCE_SECONDS)
    assert server.is_running()
    server.stop()
    assert not server.is_running()
    assert not answers_http(port)


def test_a_child_that_ends_is_reported_with_the_end_of_its_log(children: Children) -> None:
    failing = children.start("raise SystemExit('the port is taken')")
    with pytest.raises(StartFailedError, match=r"(?s)child ended while starting.*the port is taken"):
        wait_until_ready(failing, lambda: False, within=_PATIENCE_SECONDS)


def test_a_child_that_never_answers_is_reported_after_the_deadline(children: Children) -> None:
    silent = children.start("import time; time.sleep(600)")
    with pytest.raises(StartFailedError, match="no answer"):
        wait_until_ready(silent, lambda: False, within=0.2)


def test_an_answer_of_another_program_is_not_taken_for_its_own(children: Children) -> None:
    """The error names the port and who has it."""
    port = free_port()
    other = children.start(_SERVER, str(port))
    wait_until_ready(other, lambda: answers_http(port), within=_PATIENCE_SECONDS, ports=[port])
    silent = children.start("import time; time.sleep(600)")
    with pytest.raises(PortLostError, match=rf"port {port} is used by .*process {other.pid}"):
        wait_until_ready(silent, lambda: answers_http(port), within=0.2, ports=[port])
    late = children.start(_SERVER, str(port))
    with pytest.raises(PortLostError, match=rf"ended while starting: port {port}"):
        wait_until_ready(late, lambda: answers_http(port), within=_PATIENCE_SECONDS, ports=[port])


def test_a_process_that_ignores_the_signal_is_killed_with_its_children(children: Children) -> None:
    stubborn = children.start(_STUBBORN_PARENT)
    grandchild = _grandchild(stubborn)
    stubborn.stop(patience=0.2)
    assert not stubborn.is_running()
    assert _has_ended(grandchild)


def test_kill_also_kills_the_children(children: Children) -> None:
    parent = children.start(_STUBBORN_PARENT)
    grandchild = _grandchild(parent)
    parent.kill()
    assert _has_ended(grandchild)


def test_a_reused_pid_is_left_alone(children: Children) -> None:
    innocent = children.start("import time; time.sleep(600)")
    mistaken = Process(name="mistaken", pid=innocent.pid, created=innocent.created - 60, log=innocent.log)
    mistaken.stop(patience=0.2)
    mistaken.kill()
    assert innocent.is_running()


def test_it_lives_in_a_session_of_its_own(children: Children) -> None:
    """So that Ctrl-C in the terminal that started it does not reach it."""
    process = children.start("import time; time.sleep(600)")
    assert os.getsid(process.pid) == process.pid
    assert process.stop_signal == signal.SIGTERM
