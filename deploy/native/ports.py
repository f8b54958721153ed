"""Which TCP ports of the loopback interface are free."""

import random
import socket
from contextlib import ExitStack

# Below Linux's range for outgoing connections, so that a port found free stays free until a server takes it.
_RANDOM_RANGE = range(20_000, 32_000)
_NEIGHBOURS_TRIED = 50


class PortTakenError(RuntimeError):
    """The port somebody asked for is used by another program."""


def is_free(port: int) -> bool:
    with ExitStack() as held:
        return _hold(port, held)


def free_ports(count: int) -> list[int]:
    """Different free ports at random, for servers that live as long as a test."""
    found: list[int] = []
    with ExitStack() as held:  # all are held until the last is found, so no two are the same
        for port in random.sample(_RANDOM_RANGE, k=len(_RANDOM_RANGE)):
            if len(found) == count:
                break
            if _hold(port, held):
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


def _hold(port: int, held: ExitStack) -> bool:
    probe = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closing connections do not count
    try:
        probe.bind(("127.0.0.1", port))
        probe.listen(1)
    except OSError:
        return False
    return True
