"""Which TCP ports of the loopback interface are free."""

import fcntl
import functools
import os
import random
import socket
import tempfile
from contextlib import ExitStack
from pathlib import Path

# Below Linux's range for outgoing connections, so that a port found free stays free until a server takes it.
_RANDOM_RANGE = range(20_000, 32_000)
_NEIGHBOURS_TRIED = 50

_given: set[int] = set()


class PortTakenError(RuntimeError):
    """The port somebody asked for is used by another program."""


def is_free(port: int) -> bool:
    with ExitStack() as held:
        return _hold(port, held)


def free_ports(count: int) -> list[int]:
    """Different free ports at random, for servers that live as long as a test.

    As long as this process lives nobody is given them again: a server may not have taken its port yet, or be down for
    a moment.
    """
    found: list[int] = []
    with ExitStack() as held:  # all are held until the last is found, so no two are the same
        for port in random.sample(_RANDOM_RANGE, k=len(_RANDOM_RANGE)):
            if len(found) == count:
                break
            if _hold(port, held) and _reserve(port):
                found.append(port)
    return found


def free_port() -> int:
    return free_ports(1)[0]


def next_free(preferred: int, *, avoid: frozenset[int] = frozenset()) -> int:
    """The preferred port, or the first free one after it."""
    for port in range(preferred, preferred + _NEIGHBOURS_TRIED):
        if port not in avoid and is_free(port):
            return port
    raise PortTakenError(f"ports {preferred} to {preferred + _NEIGHBOURS_TRIED - 1} are all in use")


def require(port: int, purpose: str) -> int:
    """This very port, or an error that names it."""
    if not is_free(port):
        raise PortTakenError(f"port {port}, asked for as the {purpose}, is used by another program")
    return port


def _reserve(port: int) -> bool:
    """False when it was given before: here, or by another process of this user that lives."""
    if port in _given:
        return False
    try:
        fcntl.lockf(_register(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    _given.add(port)
    return True


@functools.cache
def _register() -> int:
    """A file with a byte for each port, locked by whom it was given to. It stays open: closing it ends the locks."""
    path = Path(tempfile.gettempdir()) / f"messaging-ports-{os.getuid()}"
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)


def _hold(port: int, held: ExitStack) -> bool:
    probe = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closing connections do not count
    try:
        probe.bind(("127.0.0.1", port))
        probe.listen(1)
    except OSError:
        return False
    return True
