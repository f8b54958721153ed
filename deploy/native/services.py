"""How to start each service of this repository on one machine: its module, port and environment."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from deploy.native import processes
from deploy.native.credentials import Credentials
from deploy.native.folders import REPOSITORY

GATEWAY = "gateway"
SERVICES = frozenset({"conversations", "delivery", "notifications"})

_ISSUER = "marketplace-messaging-development"
_AUDIENCE = "messaging"
# Variables of the caller's shell that would change a service's behaviour.
_NOT_PASSED_ON = ("JWT_", "PYTHONPATH", "DATABASE_URL", "AMQP_URL", "HOST", "PORT", "ENVIRONMENT")


@dataclass(frozen=True)
class Service:
    """A child that runs a Python module and answers /readyz on a port."""

    name: str
    module: str
    port: int
    environment: Mapping[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", self.module, *arguments]

    def full_environment(self) -> dict[str, str]:
        return {
            **processes.inherited_environment(without=_NOT_PASSED_ON),
            **self.environment,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
        }


@dataclass(frozen=True)
class Ports:
    gateway: int
    conversations: int
    delivery: int
    notifications: int

    @property
    def address(self) -> str:
        return f"http://localhost:{self.gateway}"

    def origins(self) -> str:
        return f"{self.address},http://127.0.0.1:{self.gateway}"


class ServiceCatalogue:
    """The four services, configured to find each other, the database and the broker."""

    def __init__(self, ports: Ports, credentials: Credentials, *, database_url: str, amqp_url: str) -> None:
        shared = {
            "ENVIRONMENT": "development",
            "AMQP_URL": amqp_url,
            "SERVICE_TOKEN": credentials.service_token,
        }
        people = {
            "JWT_HS256_SECRET": credentials.jwt_secret,
            "JWT_ISSUER": _ISSUER,
            "JWT_AUDIENCE": _AUDIENCE,
            "ALLOWED_ORIGINS": ports.origins(),
        }
        self.conversations = _service(
            "conversations",
            ports.conversations,
            {
                **shared,
                **people,
                "DATABASE_URL": database_url,
                "DEV_LOGIN": "true",
                "WRITE_RATE_PER_SECOND": "1000",
                "WRITE_BURST": "2000",
            },
        )
        downstream = {**shared, "CONVERSATIONS_URL": self.conversations.url}
        # A local user may try the maximum speed; the defaults are limits for the internet.
        limits = {
            "MESSAGE_RATE_PER_SECOND": "1000",
            "MESSAGE_BURST": "2000",
            "FRAME_RATE_PER_SECOND": "2000",
            "FRAME_BURST": "4000",
        }
        self.delivery = _service("delivery", ports.delivery, {**downstream, **people, **limits})
        self.notifications = _service("notifications", ports.notifications, downstream)
        self.gateway = Service(
            GATEWAY,
            "deploy.native.gateway",
            ports.gateway,
            {
                "CONVERSATIONS_URL": self.conversations.url,
                "DELIVERY_URL": self.delivery.url,
                "WEB_DIST": str(REPOSITORY / "web" / "dist"),
            },
        )

    def all(self) -> list[Service]:
        """All services, in start order."""
        return [self.conversations, self.delivery, self.notifications, self.gateway]


def _service(name: str, port: int, environment: Mapping[str, str]) -> Service:
    return Service(name, f"services.{name}", port, environment)
