"""Environments with which a service must not start, and the variables that its message must name."""

from dataclasses import dataclass, field

SECRET = "kept-to-itself-0123456789-0123456789"  # long enough for every secret


@dataclass(frozen=True)
class WrongSettings:
    """One environment of one service."""

    service: str
    what: str
    """Is wrong, in words."""
    environment: dict[str, str]
    named: frozenset[str]
    """Every variable that is wrong; no other one may be named."""
    arguments: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        return " ".join([self.service, *self.arguments, self.what]).replace(" ", "-")


_BROKER = {"AMQP_URL": f"amqp://messaging:{SECRET}@rabbitmq:5672/"}
_DATABASE = {"DATABASE_URL": f"postgresql://messaging:{SECRET}@postgres:5432/messaging"}
_TOKEN = {"SERVICE_TOKEN": SECRET}
_PEOPLE = {"JWT_HS256_SECRET": SECRET, "JWT_ISSUER": "https://marketplace.test", "JWT_AUDIENCE": "messaging"}
_CONVERSATIONS_URL = {"CONVERSATIONS_URL": "http://conversations:8080"}

_CONVERSATIONS = {**_DATABASE, **_BROKER, **_TOKEN, **_PEOPLE}
DELIVERY = {**_BROKER, **_TOKEN, **_PEOPLE, **_CONVERSATIONS_URL}
_NOTIFICATIONS = {**_BROKER, **_TOKEN, **_CONVERSATIONS_URL}

_NOT_OURS = "jdbc:somewhere"  # the scheme of no address that any service takes
# Each looks like an address, and each is refused for another reason.
_ALMOST = {
    "AMQP_URL": f"amqp://messaging:{SECRET}%zz@rabbitmq:5672/",
    "CONVERSATIONS_URL": f"http://messaging:{SECRET}@conversations:8080/internal",
    "DATABASE_URL": f"postgresql://messaging:{SECRET}@postgres:99999/messaging",
    "SERVICE_TOKEN": f"{SECRET}\n{SECRET}",
}
_SEVERAL = {"PORT": "http", "LOG_LEVEL": "chatty", "SERVICE_TOKEN": "short"}


def _without(environment: dict[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name not in names}


def _case(service: str, what: str, environment: dict[str, str], *named: str, command: str = "") -> WrongSettings:
    return WrongSettings(service, what, environment, frozenset(named), tuple(command.split()))


CASES: tuple[WrongSettings, ...] = (
    _case(
        "conversations",
        "nothing set",
        {},
        *("DATABASE_URL", "AMQP_URL", "SERVICE_TOKEN", "JWT_JWKS_URL", "JWT_ISSUER", "JWT_AUDIENCE"),
    ),
    _case("conversations", "a missing secret", _without(_CONVERSATIONS, "SERVICE_TOKEN"), "SERVICE_TOKEN"),
    _case("conversations", "a wrong URL", {**_CONVERSATIONS, "DATABASE_URL": _NOT_OURS}, "DATABASE_URL"),
    _case("conversations", "log in by anybody in production", {**_CONVERSATIONS, "DEV_LOGIN": "true"}, "DEV_LOGIN"),
    _case(
        "conversations",
        "several",
        {**_without(_CONVERSATIONS, "AMQP_URL"), **_SEVERAL, "DEV_LOGIN": "true"},
        *("AMQP_URL", "PORT", "LOG_LEVEL", "SERVICE_TOKEN", "DEV_LOGIN"),
    ),
    _case(
        "conversations",
        "almost right",
        {**_CONVERSATIONS, **_without(_ALMOST, "CONVERSATIONS_URL")},
        *("AMQP_URL", "DATABASE_URL", "SERVICE_TOKEN"),
    ),
    _case("conversations", "nothing set", {}, "DATABASE_URL", command="migrate"),
    _case(
        "conversations",
        "several",
        {"DATABASE_URL": _NOT_OURS, "LOG_SHARDS": "many", "ENVIRONMENT": "staging"},
        *("DATABASE_URL", "LOG_SHARDS", "ENVIRONMENT"),
        command="migrate",
    ),
    _case("conversations", "nothing set", {}, "DATABASE_URL", command="new-epoch"),
    _case(
        "delivery",
        "nothing set",
        {},
        *("AMQP_URL", "SERVICE_TOKEN", "JWT_JWKS_URL", "JWT_ISSUER", "JWT_AUDIENCE", "CONVERSATIONS_URL"),
    ),
    _case("delivery", "a missing secret", _without(DELIVERY, "JWT_HS256_SECRET"), "JWT_JWKS_URL"),
    _case("delivery", "a wrong URL", {**DELIVERY, "CONVERSATIONS_URL": _NOT_OURS}, "CONVERSATIONS_URL"),
    _case(
        "delivery",
        "several",
        {**DELIVERY, **_SEVERAL, "AMQP_URL": _NOT_OURS, "ALLOWED_ORIGINS": "*"},
        *("AMQP_URL", "PORT", "LOG_LEVEL", "SERVICE_TOKEN", "ALLOWED_ORIGINS"),
    ),
    _case(
        "delivery",
        "almost right",
        {**DELIVERY, **_without(_ALMOST, "DATABASE_URL")},
        *("AMQP_URL", "CONVERSATIONS_URL", "SERVICE_TOKEN"),
    ),
    _case("notifications", "nothing set", {}, "AMQP_URL", "SERVICE_TOKEN", "CONVERSATIONS_URL"),
    _case("notifications", "a missing secret", _without(_NOTIFICATIONS, "SERVICE_TOKEN"), "SERVICE_TOKEN"),
    _case("notifications", "a wrong URL", {**_NOTIFICATIONS, "AMQP_URL": _NOT_OURS}, "AMQP_URL"),
    _case(
        "notifications",
        "several",
        {**_NOTIFICATIONS, **_SEVERAL, "CONVERSATIONS_URL": _NOT_OURS},
        *("PORT", "LOG_LEVEL", "SERVICE_TOKEN", "CONVERSATIONS_URL"),
    ),
)


def check_message(case: WrongSettings, message: str) -> None:
    """One message with a line for each wrong variable, and no value that was given."""
    assert message.startswith("Wrong settings:\n"), message
    assert {line.split(":")[0].strip() for line in message.splitlines()[1:]} == case.named, message
    assert not [value for value in (SECRET, _NOT_OURS) if value in message]
