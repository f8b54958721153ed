"""The whole system for tests: a private PostgreSQL and RabbitMQ, and the services as real processes on free ports."""

import contextlib
import http.client
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.native import processes
from deploy.native.ports import free_port, free_ports
from tests.kit.log_shards import LOG_SHARDS
from tests.kit.running.servers import Postgres, RabbitMQ, temporary_postgres, temporary_rabbitmq

REPOSITORY = Path(__file__).parents[3]
ISSUER, AUDIENCE = "https://marketplace.test", "messaging"
START_SECONDS = 60.0
ANSWER_SECONDS = 30.0


@dataclass
class Service:
    """One service process that can be killed and started again on the same port."""

    name: str
    module: str
    port: int
    environment: dict[str, str]
    log: Path
    directory: Path = REPOSITORY
    """The checkout whose code it runs."""
    process: processes.Process | None = None

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket_url(self) -> str:
        """Where it takes sockets, if it does."""
        return self.url.replace("http", "ws", 1) + "/ws"

    def start(self, *, wait: bool = True, launcher: Sequence[str] = ()) -> None:
        """Start it; by default, return when it says it is ready.

        `launcher` is a module, with arguments, that changes something and then runs the service's module.
        """
        command = [sys.executable, "-m", *launcher, self.module]
        self.process = processes.start(
            self.name, command, log=self.log, environment=self.environment, directory=self.directory
        )
        if wait:
            self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait for /readyz; raises with the end of the log when it does not come."""
        assert self.process is not None
        processes.wait_until_ready(self.process, lambda: processes.answers_http(self.port), within=START_SECONDS)

    def answer(self, path: str) -> str:
        """What GET brings, whatever its status; nothing while nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        except (OSError, http.client.HTTPException):
            return ""
        finally:
            connection.close()

    def stop(self) -> None:
        """SIGTERM, and wait."""
        if self.process is not None:
            self.process.stop()

    def is_running(self) -> bool:
        """Whether its process has not ended."""
        return self.process is not None and self.process.is_running()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, if it runs."""
        if self.process is not None and self.is_running():
            os.kill(self.process.pid, number)

    def kill(self) -> None:
        """SIGKILL."""
        if self.process is not None:
            self.process.kill()


@dataclass
class System:
    """Every part, by name, with what a test needs to talk to it."""

    postgres: Postgres
    rabbitmq: RabbitMQ
    database_url: str
    service_token: str
    jwt_secret: str
    conversations: Service
    delivery: list[Service]
    notifications: Service
    folder: Path
    issuer: str = ISSUER
    audience: str = AUDIENCE
    extra: dict[str, Service] = field(default_factory=dict)

    @property
    def gateway(self) -> Service:
        """The address of browsers, if the system was started with it."""
        return self.extra["gateway"]

    @property
    def services(self) -> list[Service]:
        """In the order in which they are started."""
        return [self.conversations, *self.delivery, self.notifications, *self.extra.values()]


@contextlib.contextmanager
def running_system(
    *,
    delivery_replicas: int = 1,
    environment: Mapping[str, str] | None = None,
    services: bool = True,
    gateway: bool = False,
    durable: bool = True,
    directory: Path = REPOSITORY,
) -> Iterator[System]:
    """A system that runs for the length of the block; `environment` adds to that of every service.

    All services run the code of the checkout in `directory`.

    One that is not `durable` survives the end of any process, but not of the machine, and costs the disk less.

    With `gateway`, browsers find all of it at one address: the built web client, REST and the sockets of the first
    delivery replica.
    """
    with (
        temporary_postgres(durable=durable) as postgres,
        temporary_rabbitmq() as rabbitmq,
        tempfile.TemporaryDirectory(prefix="messaging-system-") as folder,
    ):
        system = _assemble(postgres, rabbitmq, Path(folder), delivery_replicas, environment or {}, directory=directory)
        if gateway:
            system.extra["gateway"] = gateway_of(system)
        migrate(system.conversations)
        try:
            if services:
                for service in system.services:
                    service.start()
            yield system
        finally:
            for service in reversed(system.services):
                service.stop()


def gateway_of(system: System) -> Service:
    """The address of browsers, in front of the first delivery replica; it is not started."""
    port = free_port()
    environment = {
        **processes.inherited_environment(),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "CONVERSATIONS_URL": system.conversations.url,
        "DELIVERY_URL": system.delivery[0].url,
        "WEB_DIST": str(REPOSITORY / "web" / "dist"),
    }
    return Service("gateway", "deploy.native.gateway", port, environment, system.folder / "gateway.log")


def migrate(conversations: Service) -> None:
    """Bring the database to the newest schema."""
    command = [sys.executable, "-m", conversations.module, "migrate"]
    done = subprocess.run(
        command, env=conversations.environment, cwd=conversations.directory, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"the migration failed:\n{done.stdout}{done.stderr}")


def _assemble(
    postgres: Postgres,
    rabbitmq: RabbitMQ,
    folder: Path,
    replicas: int,
    extra: Mapping[str, str],
    *,
    directory: Path,
) -> System:
    ports = free_ports(2 + replicas)
    service_token, jwt_secret = secrets.token_hex(24), secrets.token_hex(24)
    database_url = postgres.create_database("messaging")
    shared = {
        **processes.inherited_environment(without=("PG", "AMQP", "JWT", "DATABASE")),
        "ENVIRONMENT": "development",
        "HOST": "127.0.0.1",
        "LOG_FORMAT": "json",
        "AMQP_URL": rabbitmq.url,
        "DATABASE_URL": database_url,
        "SERVICE_TOKEN": service_token,
        "JWT_HS256_SECRET": jwt_secret,
        "JWT_ISSUER": ISSUER,
        "JWT_AUDIENCE": AUDIENCE,
        "CONVERSATIONS_URL": f"http://127.0.0.1:{ports[0]}",
        "DEV_LOGIN": "true",
        "LOG_SHARDS": str(LOG_SHARDS),
        **extra,
    }

    def service(name: str, module: str, port: int) -> Service:
        environment = {**shared, "PORT": str(port)}
        return Service(name, f"services.{module}", port, environment, folder / f"{name}.log", directory)

    delivery = [service(f"delivery-{number}", "delivery", ports[2 + number]) for number in range(replicas)]
    return System(
        postgres=postgres,
        rabbitmq=rabbitmq,
        database_url=database_url,
        service_token=service_token,
        jwt_secret=jwt_secret,
        conversations=service("conversations", "conversations", ports[0]),
        delivery=delivery,
        notifications=service("notifications", "notifications", ports[1]),
        folder=folder,
    )
