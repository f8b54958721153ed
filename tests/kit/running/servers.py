"""The servers that tests use: in containers where a Docker engine runs them, else native ones.

The one switch is MESSAGING_TEST_SERVERS: `auto` (the default), `native` or `containers`.
"""

import contextlib
import functools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from deploy.native.folders import RABBITMQ_DOWNLOAD
from deploy.native.postgres import temporary_postgres as native_postgres
from deploy.native.rabbitmq import temporary_rabbitmq as native_rabbitmq
from deploy.native.rabbitmq_distribution import find_or_fetch

VARIABLE = "MESSAGING_TEST_SERVERS"
NOT_DURABLE = {"fsync": "off"}  # what is committed outlives the server's processes, but not the machine

Kind = Literal["native", "containers"]


class Server(Protocol):
    """A server on this machine that keeps its port and its data while it is down."""

    @property
    def port(self) -> int: ...

    def is_running(self) -> bool: ...

    def start(self) -> None:
        """Start it, and return when it answers."""

    def stop(self) -> None:
        """Let it shut down in order."""

    def kill(self) -> None:
        """Crash it."""

    def restart(self) -> None:
        """Stop and start it."""


class Postgres(Server, Protocol):
    """A PostgreSQL server."""

    def dsn(self, database: str = "postgres") -> str:
        """The address of a database."""
        ...

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """Create the database unless it exists, and return its address."""
        ...

    def query(self, statement: str, database: str = "postgres") -> str:
        """Run one statement and return what it printed, unaligned."""
        ...


class RabbitMQ(Server, Protocol):
    """A RabbitMQ broker; its user is called `deploy.native.rabbitmq.USER`."""

    @property
    def url(self) -> str: ...

    def ctl(self, *arguments: str) -> str:
        """Run rabbitmqctl and return what it printed."""
        ...


@dataclass(frozen=True)
class Choice:
    """Which servers are used, and why."""

    kind: Kind
    reason: str


@functools.cache
def choice() -> Choice:
    """What this run uses. Raises ValueError for a wrong switch, EngineUnusable when containers are demanded in vain."""
    wanted = os.environ.get(VARIABLE) or "auto"
    if wanted == "native":
        return Choice("native", f"{VARIABLE} says so")
    if wanted not in ("auto", "containers"):
        raise ValueError(f"{VARIABLE} is {wanted!r}; it may be auto, native or containers")
    from tests.kit.running import containers

    try:
        containers.require_engine_with_images()
    except containers.EngineUnusable as reason:
        if wanted == "containers":
            raise
        return Choice("native", str(reason))
    return Choice("containers", "a Docker engine answers")


@contextlib.contextmanager
def temporary_postgres(*, durable: bool = True) -> Iterator[Postgres]:
    """A running server on a free port that is removed, with its data, afterwards."""
    settings = {} if durable else NOT_DURABLE
    if choice().kind == "native":
        with native_postgres(settings) as server:
            yield server
        return
    from tests.kit.running.containers import PostgresInContainer

    with PostgresInContainer(settings) as container:
        yield container


@contextlib.contextmanager
def temporary_rabbitmq() -> Iterator[RabbitMQ]:
    """A running broker on a free port that is removed, with its data, afterwards."""
    if choice().kind == "native":
        with native_rabbitmq(find_or_fetch(RABBITMQ_DOWNLOAD)) as server:
            yield server
        return
    from tests.kit.running.containers import RabbitMQInContainer

    with RabbitMQInContainer() as container:
        yield container
