"""Child processes that outlive the command that started them: started, recognised again, watched and stopped.

A process is identified by its pid and creation time, never by its name: a reused pid is left alone.
"""

import http.client
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from deploy.native.account import Account, popen_arguments
from deploy.native.ports import holder, is_free

_CLOCK_TOLERANCE_SECONDS = 2.0  # computed from the boot time, which shifts when the clock is corrected
_STOP_PATIENCE_SECONDS = 30.0
_ORPHAN_PATIENCE_SECONDS = 3.0
_POLL_SECONDS = 0.02  # polling interval: a process that is not our child cannot be waited for
_TAIL_LINES = 15


class StartFailedError(RuntimeError):
    """A process ended, or did not answer in time, while it was being started."""


class PortLostError(StartFailedError):
    """It failed to start because another program took its port first."""


@dataclass(frozen=True, kw_only=True)
class Process:
    """A process that was started here, perhaps by an earlier command."""

    name: str
    pid: int
    created: float
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    _popen: subprocess.Popen[bytes] | None = field(default=None, repr=False, compare=False)

    def is_running(self) -> bool:
        return self._find() is not None

    def stop(self, patience: float = _STOP_PATIENCE_SECONDS) -> None:
        """Terminate it, wait, and kill it and its children if any are left."""
        leader = self._find()
        if leader is not None:
            family = [leader, *_descendants(leader)]
            _signal(leader, self.stop_signal)
            _wait_for_end([leader], patience)
            _kill_all(_wait_for_end(family, _ORPHAN_PATIENCE_SECONDS))
        self._reap()

    def kill(self) -> None:
        """Kill it and its children at once, without cleanup: simulates a crash."""
        leader = self._find()
        if leader is not None:
            _kill_all([leader, *_descendants(leader)])
        self._reap()

    def tail(self, lines: int = _TAIL_LINES) -> str:
        return tail(self.log, lines)

    def listens_on(self, port: int) -> bool:
        """Whether it or a child of it, not another program, listens there; True if the system does not tell."""
        leader = self._find()
        if leader is None:
            return False
        try:
            return any(_listens(member, port) for member in (leader, *_descendants(leader)))
        except psutil.AccessDenied:
            return True

    def _find(self) -> psutil.Process | None:
        try:
            found = psutil.Process(self.pid)
            same = abs(found.create_time() - self.created) <= _CLOCK_TOLERANCE_SECONDS
            return found if same and _is_alive(found) else None
        except psutil.NoSuchProcess:
            return None

    def _reap(self) -> None:
        if self._popen is not None:
            self._popen.wait()


Recorder = Callable[[Process], None]


def start(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str],
    directory: Path,
    account: Account | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
    record: Recorder | None = None,
) -> Process:
    """Start a child in its own session, with its output in a file; `record` is called at once."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        popen = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=directory,
            start_new_session=True,
            **popen_arguments(account),
        )
    created = psutil.Process(popen.pid).create_time()
    process = Process(name=name, pid=popen.pid, created=created, log=log, stop_signal=stop_signal, _popen=popen)
    if record:
        record(process)
    return process


def wait_until_ready(process: Process, ready: Callable[[], bool], *, within: float, ports: Sequence[int] = ()) -> None:
    """Return when the process answers; raise with the end of its log if it does not.

    With `ports` it must listen on all of them itself, because another program may answer there. Raises PortLostError if
    another program has one, else StartFailedError.
    """
    deadline = time.monotonic() + within
    while not (ready() and all(process.listens_on(port) for port in ports)):
        if not process.is_running():
            raise _failure(process, "ended while starting", ports)
        if time.monotonic() > deadline:
            raise _failure(process, f"gave no answer in {within:.0f} s", ports)
        time.sleep(_POLL_SECONDS)  # a server does not announce that it is ready


def _failure(process: Process, what: str, ports: Sequence[int]) -> StartFailedError:
    lost = [port for port in ports if not is_free(port) and not process.listens_on(port)]
    if lost:
        whose = "; ".join(f"port {port} is used by {holder(port)}" for port in lost)
        return PortLostError(f"{process.name} {what}: {whose}. {_evidence(process)}")
    where = f" on port {', '.join(map(str, ports))}" if ports else ""
    return StartFailedError(f"{process.name} {what}{where}. {_evidence(process)}")


def answers_http(port: int, path: str = "/readyz") -> bool:
    """Whether the server on this loopback port answers 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def tail(log: Path, lines: int = _TAIL_LINES) -> str:
    """The last lines of a log."""
    try:
        with log.open(encoding="utf-8", errors="replace") as source:
            return "".join(deque(source, maxlen=lines)).rstrip()
    except FileNotFoundError:
        return ""


def inherited_environment(*, without: tuple[str, ...] = ()) -> dict[str, str]:
    """This process's environment without the variables with these prefixes."""
    return {key: value for key, value in os.environ.items() if not key.startswith(without)}


def _evidence(process: Process) -> str:
    last = process.tail()
    return f"The end of {process.log}:\n{last}" if last else f"Its log, {process.log}, is empty."


def _descendants(leader: psutil.Process) -> list[psutil.Process]:
    try:
        return leader.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _listens(process: psutil.Process, port: int) -> bool:
    try:
        connections = process.net_connections(kind="tcp")
    except psutil.NoSuchProcess:
        return False
    return any(one.status == psutil.CONN_LISTEN and one.laddr.port == port for one in connections)


def _kill_all(family: list[psutil.Process]) -> None:
    for member in family:
        _signal(member, signal.SIGKILL)
    _wait_for_end(family, _ORPHAN_PATIENCE_SECONDS)


def _wait_for_end(family: list[psutil.Process], patience: float) -> list[psutil.Process]:
    """Wait until all have ended and return those that have not; a zombie counts as ended."""
    deadline = time.monotonic() + patience
    while (left := [member for member in family if _is_alive(member)]) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)  # psutil.wait_procs would also wait for zombies
    return left


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return  # it ended by itself, as intended
