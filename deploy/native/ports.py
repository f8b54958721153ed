"""Finds free TCP ports of the loopback interface, and the users of taken ones."""

import contextlib
import errno
import fcntl
import functools
import os
import random
import socket
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import psutil

# Below Linux's range for outgoing connections, so that a port found free stays free until a server takes it.
_RANDOM_RANGE = range(20_000, 32_000)
_NEIGHBOURS_TRIED = 50
_LOOPBACK = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
_NO_SUCH_ADDRESS = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)  # this machine has no IPv6

_given: set[int] = set()


class PortTakenError(RuntimeError):
    """The requested port is used by another program."""


def is_free(port: int) -> bool:
    """Whether nothing listens on it, at either address of `localhost`."""
    with ExitStack() as held:
        return _hold(port, held)


def free_ports(count: int) -> list[int]:
    """Different free ports at random, for servers that live as long as a test.

    They are reserved while this process lives: a server may not have bound its port yet, or be down for a
    moment.
    """
    candidates = random.sample(_RANDOM_RANGE, k=len(_RANDOM_RANGE))
    return _reserved(candidates, count)


def free_port() -> int:
    return free_ports(1)[0]


def release(port: int) -> None:
    """Release a reserved port for another process that is started with it."""
    _given.discard(port)
    fcntl.lockf(_register(), fcntl.LOCK_UN, 1, port)


def next_free(preferred: int) -> int:
    """The preferred port, or the first free one after it; reserved while this process lives."""
    found = _reserved(range(preferred, preferred + _NEIGHBOURS_TRIED), 1)
    if not found:
        raise PortTakenError(f"ports {preferred} to {preferred + _NEIGHBOURS_TRIED - 1} are all in use")
    return found[0]


def require(port: int, purpose: str) -> int:
    """Reserve exactly this port, or raise an error that names it and its user."""
    if not is_free(port):
        raise PortTakenError(f"port {port}, asked for as the {purpose}, is used by {holder(port)}")
    if port not in _given and not _reserve(port):
        raise PortTakenError(f"port {port}, asked for as the {purpose}, is being taken by another start")
    return port


def holder(port: int) -> str:
    """A description of the program that listens on it; other users' programs have no name here."""
    with contextlib.suppress(psutil.Error, OSError):  # some systems only tell root
        for connection in psutil.net_connections(kind="tcp"):
            if connection.status == psutil.CONN_LISTEN and tuple(connection.laddr)[1:] == (port,) and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    return "another program"


def _reserved(candidates: Sequence[int], count: int) -> list[int]:
    found: list[int] = []
    with ExitStack() as held:  # all are held until the last is found, so that they differ
        for port in candidates:
            if len(found) == count:
                break
            if _hold(port, held) and _reserve(port):
                found.append(port)
    return found


def _reserve(port: int) -> bool:
    """False if it is already reserved, by this or another living process of this machine."""
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
    """A file with one byte per port, locked by the port's owner. It stays open: closing it releases the locks.

    All users share one file. Where the system forbids that, each has their own, and if two of them get the same port,
    the second server cannot bind it.
    """
    folder = Path(tempfile.gettempdir())
    shared = folder / "messaging-ports"
    for flags in (os.O_RDWR, os.O_RDWR | os.O_CREAT):  # without O_CREAT first, which may be forbidden on others' files
        with contextlib.suppress(OSError):
            file = os.open(shared, flags | os.O_NOFOLLOW, 0o666)
            if flags & os.O_CREAT:
                os.fchmod(file, 0o666)
            return file
    return os.open(folder / f"messaging-ports-{os.getuid()}", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)


def _hold(port: int, held: ExitStack) -> bool:
    for family, address in _LOOPBACK:
        try:
            probe = held.enter_context(socket.socket(family, socket.SOCK_STREAM))
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closing connections do not count
            probe.bind((address, port))
            probe.listen(1)
        except OSError as error:
            if error.errno not in _NO_SUCH_ADDRESS:
                return False
    return True
