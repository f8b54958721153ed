"""The whole messaging system from its images, for the duration of a test: `with MessagingStack() as stack: …`.

It needs a Docker engine and the images of docker-compose.yml (`make images` builds them).
"""

import secrets
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self
from urllib.parse import quote

import jwt
import requests
from docker.errors import DockerException
from docker.types import Ulimit
from pydantic import BaseModel
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network

from contracts.generated.models import Price, PutItem, PutUser
from marketplace_messaging.client import MessagingClient
from marketplace_messaging.readiness import StackFailed, start, wait_until_done, wait_until_succeeds

__all__ = ["Images", "MessagingStack", "StackFailed"]

_PORT = 8080  # port of every service in its container
_USER = "messaging"
_REQUEST_SECONDS = 15.0
_IS_READY = ["python", "-IS", "healthcheck.py"]
_OPEN_FILES = [Ulimit(name="nofile", soft=16384, hard=16384)]  # the broker reserves memory for each open file


@dataclass(frozen=True, kw_only=True)
class Images:
    """The images to run; the defaults are those that docker-compose.yml builds."""

    prefix: str = "marketplace-messaging"
    version: str = "dev"
    postgres: str = "postgres:17"
    rabbitmq: str = "rabbitmq:4"

    def of(self, part: str) -> str:
        """The image of one of the system's own parts."""
        return f"{self.prefix}/{part}:{self.version}"


class MessagingStack:
    """A separate running system: database, broker, all services and the gateway. A context manager.

    Secrets and ports are new each time, so several may run side by side. `environment` is added to that of every
    service (docs/configuration.md).
    """

    def __init__(
        self,
        *,
        images: Images | None = None,
        delivery_replicas: int = 1,
        environment: Mapping[str, str] | None = None,
        issuer: str = "https://marketplace.test",
        audience: str = "messaging",
    ) -> None:
        self.issuer = issuer
        self.audience = audience
        self.service_token = secrets.token_hex(32)
        self.jwt_secret = secrets.token_hex(32)
        self.containers: dict[str, DockerContainer] = {}
        """By name: postgres, rabbitmq, conversations, delivery-1 …, notifications, web."""
        self._network: Network  # created by `start`, because it needs the engine
        self._images = images or Images()
        self._delivery_replicas = delivery_replicas
        self._environment = dict(environment or {})
        self._password = secrets.token_hex(16)
        self._running = ExitStack()

    @property
    def url(self) -> str:
        """The system's address for users: the web client, /api and /ws."""
        return self._address("web")

    @property
    def conversations_url(self) -> str:
        """The address of the conversations service itself, for /internal."""
        return self._address("conversations")

    @property
    def amqp_url(self) -> str:
        """The broker's address, for `marketplace.*` events."""
        return f"amqp://{_USER}:{self._password}@{self._host_and_port('rabbitmq', 5672)}/"

    def start(self) -> Self:
        """Start everything; returns once all parts are ready. Raises StackFailed."""
        try:
            with ExitStack() as starting:
                starting.callback(self.containers.clear)
                self._network = starting.enter_context(Network())
                self._start_servers(starting)
                self._start_services(starting)
                self._running = starting.pop_all()
        except (DockerException, OSError) as error:  # the latter comes from `requests` and from the reaper
            raise StackFailed(f"The Docker engine does not answer, or refuses: {error}") from error
        return self

    def stop(self) -> None:
        """Remove every container, its data and the network."""
        self._running.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def token_for(self, user_id: str, *, lifetime: timedelta = timedelta(hours=1)) -> str:
        """An access token, as the marketplace would mint it."""
        now = datetime.now(UTC)
        claims = {"sub": user_id, "iss": self.issuer, "aud": self.audience, "iat": now, "exp": now + lifetime}
        return jwt.encode(claims, self.jwt_secret, algorithm="HS256")

    def client(self, user_id: str) -> AbstractAsyncContextManager[MessagingClient]:
        """Act as a user added with `put_user`."""
        return MessagingClient.open(self.url, self.token_for(user_id))

    def put_user(self, user_id: str, name: str, *, avatar_url: str | None = None) -> None:
        """Add or change a user."""
        self._put(f"users/{quote(user_id, safe='')}", PutUser(name=name, avatar_url=avatar_url))

    def put_item(self, item_id: str, *, seller: str, title: str, amount: str = "10.00", currency: str = "EUR") -> None:
        """Add or change an item on offer."""
        price = Price(amount=amount, currency=currency)
        self._put(f"items/{quote(item_id, safe='')}", PutItem(seller_id=seller, title=title, price=price))

    def _put(self, path: str, body: BaseModel) -> None:
        answer = requests.put(
            f"{self.conversations_url}/internal/{path}",
            data=body.model_dump_json(exclude_none=True),
            headers={"Authorization": f"Bearer {self.service_token}", "Content-Type": "application/json"},
            timeout=_REQUEST_SECONDS,
        )
        answer.raise_for_status()

    def _start_servers(self, stack: ExitStack) -> None:
        database = {"POSTGRES_USER": _USER, "POSTGRES_PASSWORD": self._password, "POSTGRES_DB": _USER}
        broker = {"RABBITMQ_DEFAULT_USER": _USER, "RABBITMQ_DEFAULT_PASS": self._password}
        self._add(stack, "postgres", self._container("postgres", self._images.postgres, database))
        rabbitmq = self._container("rabbitmq", self._images.rabbitmq, broker)
        self._add(stack, "rabbitmq", rabbitmq.with_kwargs(ulimits=_OPEN_FILES).with_exposed_ports(5672))
        # Over TCP: while the data folder is being initialised, a temporary server answers on the socket.
        wait_until_succeeds(self.containers["postgres"], ["pg_isready", "-qh127.0.0.1", f"-U{_USER}"])
        wait_until_succeeds(self.containers["rabbitmq"], ["bash", "-c", ": </dev/tcp/127.0.0.1/5672"])

    def _start_services(self, stack: ExitStack) -> None:
        with ExitStack() as once:
            migration = self._service("migrate", "conversations").with_command(["migrate"])
            _start(once, migration)
            wait_until_done(migration)
        conversations = self._service("conversations", "conversations").with_exposed_ports(_PORT)
        self._add(stack, "conversations", conversations)
        wait_until_succeeds(conversations, _IS_READY)
        replicas = [f"delivery-{number + 1}" for number in range(self._delivery_replicas)]
        for name in replicas:
            self._add(stack, name, self._service("delivery", "delivery"))
        self._add(stack, "notifications", self._service("notifications", "notifications"))
        self._add(stack, "web", self._service("web", "web").with_exposed_ports(_PORT))
        for name in (*replicas, "notifications"):
            wait_until_succeeds(self.containers[name], _IS_READY)
        wait_until_succeeds(self.containers["web"], ["healthcheck.sh"])

    def _add(self, stack: ExitStack, name: str, container: DockerContainer) -> None:
        _start(stack, container)
        self.containers[name] = container

    def _service(self, host: str, part: str) -> DockerContainer:
        environment = self._service_environment() if part != "web" else {}
        container = self._container(host, self._images.of(part), environment).with_tmpfs_mount("/tmp")  # noqa: S108
        # Readiness is polled while starting, with a time limit.
        return container.with_kwargs(read_only=True, cap_drop=["ALL"], init=True, healthcheck={"test": ["NONE"]})

    def _service_environment(self) -> dict[str, str]:
        """The environment of every service; each ignores the variables it does not use."""
        return {
            "ENVIRONMENT": "development",
            "DATABASE_URL": f"postgresql://{_USER}:{self._password}@postgres:5432/{_USER}",
            "AMQP_URL": f"amqp://{_USER}:{self._password}@rabbitmq:5672/",
            "CONVERSATIONS_URL": f"http://conversations:{_PORT}",
            "SERVICE_TOKEN": self.service_token,
            "JWT_HS256_SECRET": self.jwt_secret,
            "JWT_ISSUER": self.issuer,
            "JWT_AUDIENCE": self.audience,
            **self._environment,
        }

    def _container(self, host: str, image: str, environment: Mapping[str, str]) -> DockerContainer:
        container = DockerContainer(image, env=dict(environment))
        return container.with_network(self._network).with_network_aliases(host)

    def _address(self, name: str) -> str:
        return f"http://{self._host_and_port(name, _PORT)}"

    def _host_and_port(self, name: str, port: int) -> str:
        container = self.containers[name]
        return f"{container.get_container_host_ip()}:{container.get_exposed_port(port)}"


def _start(stack: ExitStack, container: DockerContainer) -> None:
    """Start a container that is removed when the stack is closed, even if it did not start."""
    stack.callback(container.stop)
    start(container)
