"""The service's settings. Every limit has a unit; only `__main__` reads the environment."""

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from chassis.settings import (
    MIN_SECRET_LENGTH,
    BrokerSettings,
    OriginSettings,
    ServiceSettings,
    ServiceTokenSettings,
    SharedSecret,
    TokenSettings,
    setting,
)
from chassis.urls import check_url
from contracts.generated.limits import MAX_BATCH_COMMANDS

_SCHEMES = ("postgresql", "postgres")

OPTIONAL_EVENTS = frozenset({"message.changed.v1", "conversation.personal.v1"})
"""Types that were added after the first release."""


class DatabaseSettings(ServiceSettings):
    """Settings of the database commands (`migrate`, `new-epoch`)."""

    database_url: SecretStr = Field(
        description="PostgreSQL, as `postgresql://user:password@host:5432/database`. With PgBouncer in "
        "transaction mode, also set `STATEMENT_CACHE_SIZE=0` and `DATABASE_DIRECT_URL`."
    )
    database_direct_url: SecretStr | None = setting(
        None,
        "PostgreSQL without a transaction pooler, for the few connections that need a session: the "
        "batchers, the leader, migrations. Default: `DATABASE_URL`.",
    )
    log_shards: int = setting(
        1,
        "Shards of the log. Fixed by the first `migrate`; the service refuses to start with another number.",
        unit="shards",
        ge=1,
        le=64,
    )
    log_partition_hours: int = setting(6, "Time span of one partition of the log.", unit="hours", ge=1, le=168)
    log_retention_hours: int = setting(
        48,
        "Retention of the log. Consumers that were down for longer start again from snapshots.",
        unit="hours",
        ge=1,
        le=8760,
    )

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, value: SecretStr) -> SecretStr:
        return check_url(value, schemes=_SCHEMES)

    @field_validator("database_direct_url")
    @classmethod
    def _direct_is_postgres(cls, value: SecretStr | None) -> SecretStr | None:
        return None if value is None else check_url(value, schemes=_SCHEMES)

    @property
    def session_url(self) -> str:
        """The database URL for connections that keep session state."""
        return (self.database_direct_url or self.database_url).get_secret_value()

    @property
    def session_variable(self) -> str:
        """The variable that holds `session_url`."""
        return "DATABASE_URL" if self.database_direct_url is None else "DATABASE_DIRECT_URL"


class Settings(DatabaseSettings, BrokerSettings, TokenSettings, ServiceTokenSettings, OriginSettings):
    """Settings of the service."""

    service_token_previous: SharedSecret | None = setting(
        None,
        "A second secret that is also accepted, while `SERVICE_TOKEN` is being rotated.",
        unit=f"at least {MIN_SECRET_LENGTH} characters",
    )
    pool_max_size: int = setting(
        10, "Maximum number of database connections for reads.", unit="connections", ge=1, le=500
    )
    statement_cache_size: int = setting(
        256,
        "Prepared statements kept per pooled connection; 0 behind PgBouncer in transaction mode.",
        unit="statements",
        ge=0,
        le=10_000,
    )
    database_timeout_seconds: float = setting(
        5, "Timeout for connecting to the database, and for one statement.", unit="seconds", gt=0, le=60
    )
    batch_max_commands: int = setting(
        256, "Maximum number of commands per transaction.", unit="commands", ge=1, le=MAX_BATCH_COMMANDS
    )
    batch_max_bytes: int = setting(1_048_576, "Maximum size of the texts in one transaction.", unit="bytes", ge=65_536)
    queue_max_commands: int = setting(
        8192, "Commands queued per shard; more are rejected as `overloaded`.", unit="commands", ge=1
    )
    queue_max_bytes: int = setting(
        16_777_216, "Size of the texts queued per shard; more are rejected as `overloaded`.", unit="bytes", ge=1
    )
    write_deadline_seconds: float = setting(
        5, "A write by REST that has not started after this time is rejected.", unit="seconds", gt=0, le=60
    )
    outcome_bound_seconds: float = setting(
        5,
        "If the answer to a write is lost, retry for this long after its deadline to find out its outcome.",
        unit="seconds",
        gt=0,
        le=60,
    )
    publish_window: int = setting(
        256, "Maximum number of messages not yet confirmed by the broker.", unit="messages", ge=1, le=256
    )
    publish_queue_max_bytes: int = setting(
        33_554_432,
        "Batches queued in memory for the broker; beyond it they are published later from the log.",
        unit="bytes",
        ge=65_536,
    )
    republish_per_second: int = setting(
        500, "Rate at which the leader publishes unconfirmed positions again.", unit="positions per second", ge=1
    )
    write_rate_per_second: float = setting(
        20, "Sustained writes by REST per user, over all replicas.", unit="requests per second", gt=0
    )
    write_burst: int = setting(60, "Burst size of writes by REST per user, over all replicas.", unit="requests", ge=1)
    edit_window_seconds: int = setting(
        900,
        "How long after sending it a message may be edited; 0: never.",
        unit="seconds",
        ge=0,
        le=31_536_000,
    )
    delete_window_seconds: int = setting(
        172_800,
        "How long after sending it a message may be deleted for both people; 0: never.",
        unit="seconds",
        ge=0,
        le=31_536_000,
    )
    events_withheld: str = setting(
        "",
        "Types of log events that are not written yet, separated by commas; what would write them is answered with "
        "`not_enabled`. For upgrades from a release whose `delivery` and `notifications` do not step over types that "
        "they do not know: these must be gone first. Possible: "
        f"{', '.join(f'`{event}`' for event in sorted(OPTIONAL_EVENTS))}.",
    )
    max_conversations_per_day: int = setting(
        100,
        "Conversations that a user may start within 24 hours, over all replicas. Existing ones can still be opened.",
        unit="conversations",
        ge=1,
        le=100_000,
    )
    dev_login: bool = setting(
        False,
        "Lets anybody log in as anybody (`/api/dev/…`). Needs `ENVIRONMENT=development` and `JWT_HS256_SECRET`.",
        validate_default=True,
    )
    dev_login_hours: int = setting(12, "Lifetime of a token from `/api/dev/login`.", unit="hours", ge=1, le=720)

    @field_validator("events_withheld")
    @classmethod
    def _are_optional_events(cls, value: str) -> str:
        unknown = _listed(value) - OPTIONAL_EVENTS
        if unknown:
            raise ValueError(f"cannot be withheld: {', '.join(sorted(unknown))}")
        return value

    @property
    def withheld(self) -> frozenset[str]:
        """The types of events that are not written yet."""
        return _listed(self.events_withheld)

    @field_validator("dev_login")
    @classmethod
    def _dev_login_only_in_development(cls, value: bool, info: ValidationInfo) -> bool:
        if value and info.data.get("environment") != "development":
            raise ValueError("is only allowed with ENVIRONMENT=development")
        if value and info.data.get("jwt_hs256_secret") is None:
            raise ValueError("needs JWT_HS256_SECRET")
        return value


def _listed(names: str) -> frozenset[str]:
    return frozenset(name for name in map(str.strip, names.split(",")) if name)
