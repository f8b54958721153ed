"""PostgreSQL and RabbitMQ by testcontainers, with the operations of the native servers.

POSTGRES_IMAGE and RABBITMQ_IMAGE name the images, as for docker-compose.yml.
"""

import os
import secrets
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import docker
from docker.errors import APIError, DockerException, ImageNotFound
from docker.models.containers import Container
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from deploy.native.ports import free_port
from deploy.native.postgres import USER
from deploy.native.rabbitmq import USER as RABBITMQ_USER
from deploy.native.rabbitmq import speaks_amqp

POSTGRES_IMAGE = os.environ.get("POSTGRES_IMAGE") or "postgres:17"
RABBITMQ_IMAGE = os.environ.get("RABBITMQ_IMAGE") or "rabbitmq:4"

_SOCKETS = (Path("/var/run/docker.sock"), Path.home() / ".docker" / "run" / "docker.sock")
_ANSWER_SECONDS = 15
_PULL_SECONDS = 300.0
_START_SECONDS = 120.0
_STOP_SECONDS = 30
_TAIL_LINES = 15
_POLL_SECONDS = 0.05  # between two looks at a server that is starting
# The same sort order on every machine, whatever the image's own locale is.
_INITDB = "--encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8"


class EngineUnusable(Exception):
    """No Docker engine runs containers here; the text says why."""


def require_engine_with_images() -> None:
    """Return when an engine on this machine has every image, pulled now if need be. Raises EngineUnusable."""
    host = os.environ.get("DOCKER_HOST", "")
    if host and urlsplit(host).scheme != "unix":
        raise EngineUnusable(f"the Docker engine at {host} is not on this machine")
    if not host and not any(path.exists() for path in _SOCKETS):
        raise EngineUnusable("no Docker engine is here")
    try:
        _knock(Path(urlsplit(host).path) if host else next(path for path in _SOCKETS if path.exists()))
        client = docker.from_env(timeout=_ANSWER_SECONDS)
        try:
            client.ping()
            _require_images(client)
        finally:
            client.close()
    except (OSError, DockerException) as error:  # what requests raises is an OSError too
        raise EngineUnusable(f"the Docker engine does not answer: {_first_line(error)}") from None


def _knock(path: Path) -> None:
    """Raise OSError when nobody listens: docker-py would leave a socket behind, and warnings are errors here."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(_ANSWER_SECONDS)
        probe.connect(str(path))


def _require_images(client: docker.DockerClient) -> None:
    images = [POSTGRES_IMAGE, RABBITMQ_IMAGE]
    if not testcontainers_config.ryuk_disabled:
        images.append(testcontainers_config.ryuk_image)
    deadline = time.monotonic() + _PULL_SECONDS
    for image in images:
        try:
            client.images.get(image)
        except ImageNotFound:
            _pull(client, image, deadline)


def _pull(client: docker.DockerClient, image: str, deadline: float) -> None:
    """Fetch an image; the registry is asked first, for an engine may try one out of reach for minutes."""
    try:
        client.images.get_registry_data(image)
        for progress in client.api.pull(image, stream=True, decode=True):
            if "error" in progress:
                raise EngineUnusable(f"the image {image} cannot be pulled: {progress['error']}")
            if time.monotonic() > deadline:
                raise EngineUnusable(f"pulling {image} takes longer than {_PULL_SECONDS:.0f} s")
    except (OSError, DockerException) as error:
        raise EngineUnusable(f"the image {image} is not here and cannot be pulled: {_first_line(error)}") from None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


class _ServerInContainer:
    """A container that can be stopped, killed and started again on the same port, with the same data."""

    def __init__(self, image: str, container_port: int) -> None:
        self.port = free_port()
        self.container = DockerContainer(image)
        # On the loopback interface only; docker-py takes the pair, testcontainers declares the port alone.
        self.container.ports[str(container_port)] = ("127.0.0.1", self.port)  # type: ignore[assignment]

    def __enter__(self) -> Self:
        try:
            self.container.start()
            self._wait_until_ready()
        except BaseException:
            self.container.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.container.stop()

    def is_running(self) -> bool:
        self._handle().reload()
        return self._handle().status == "running"

    def start(self) -> None:
        """Start it again, and return when it answers."""
        self._handle().start()
        self._wait_until_ready()

    def stop(self) -> None:
        self._handle().stop(timeout=_STOP_SECONDS)

    def kill(self) -> None:
        """Crash it; return when it is gone."""
        if self.is_running():
            self._handle().kill()
            self._handle().wait(timeout=_STOP_SECONDS)

    def restart(self) -> None:
        self.stop()
        self.start()

    def is_ready(self) -> bool:
        raise NotImplementedError

    def run(self, *command: str, user: str) -> str:
        """Run a command in the container and return what it printed."""
        done = self._handle().exec_run(list(command), user=user)
        assert isinstance(done.output, bytes)  # it is a stream only on demand
        printed = done.output.decode(errors="replace")
        if done.exit_code:
            raise RuntimeError(f"{command[0]} failed:\n{printed}")
        return printed

    def _handle(self) -> Container:
        return self.container.get_wrapped_container()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not self.is_ready():
            self._handle().reload()
            if self._handle().status == "exited" or time.monotonic() > deadline:
                raise RuntimeError(f"{self.container.image} did not start. The end of its log:\n{self._tail()}")
            time.sleep(_POLL_SECONDS)

    def _tail(self) -> str:
        return b"".join(self._handle().logs(tail=_TAIL_LINES, stream=True)).decode(errors="replace")


class PostgresInContainer(_ServerInContainer):
    """PostgreSQL in a container."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        super().__init__(POSTGRES_IMAGE, 5432)
        arguments = [word for name, value in {"jit": "off", **settings}.items() for word in ("-c", f"{name}={value}")]
        self._password = secrets.token_hex(16)
        self.container.with_envs(
            POSTGRES_USER=USER, POSTGRES_PASSWORD=self._password, POSTGRES_DB="postgres", POSTGRES_INITDB_ARGS=_INITDB
        ).with_command(["postgres", *arguments])

    def dsn(self, database: str = "postgres") -> str:
        return f"postgresql://{USER}:{self._password}@127.0.0.1:{self.port}/{database}"

    def is_ready(self) -> bool:
        """Asked over TCP: while the data folder is made, a server that is not the real one answers on the socket."""
        try:
            asked = self._handle().exec_run(["pg_isready", "--quiet", "--host=127.0.0.1", f"--username={USER}"])
        except APIError:
            return False  # the container has ended
        return bool(asked.exit_code == 0)

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """Create the database unless it exists, and return its address."""
        if not self.query(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):  # noqa: S608 - our own names
            self.query(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.dsn(name)

    def query(self, statement: str, database: str = "postgres") -> str:
        """Run one statement with psql and return what it printed, unaligned."""
        psql = ("psql", "-U", USER, "-d", database, "-v", "ON_ERROR_STOP=1", "-XAtqc", statement)
        return self.run(*psql, user="postgres").strip()


class RabbitMQInContainer(_ServerInContainer):
    """RabbitMQ in a container."""

    def __init__(self) -> None:
        super().__init__(RABBITMQ_IMAGE, 5672)
        self._password = secrets.token_hex(16)
        # The data belong to the host name.
        self.container.with_envs(RABBITMQ_DEFAULT_USER=RABBITMQ_USER, RABBITMQ_DEFAULT_PASS=self._password).with_kwargs(
            hostname="rabbitmq", ulimits=[docker.types.Ulimit(name="nofile", soft=16384, hard=16384)]
        )

    @property
    def url(self) -> str:
        return f"amqp://{RABBITMQ_USER}:{self._password}@127.0.0.1:{self.port}/"

    def is_ready(self) -> bool:
        return speaks_amqp(self.port)

    def ctl(self, *arguments: str) -> str:
        """Run rabbitmqctl on this broker and return what it printed."""
        return self.run("rabbitmqctl", "--quiet", *arguments, user="rabbitmq")
