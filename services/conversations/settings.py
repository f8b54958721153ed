"""What an operator may set. Every limit has a unit; `__main__` alone reads the environment."""

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from chassis.settings import (
    MIN_SECRET_LENGTH,
    BrokerSettings,
    OriginSettings,
    ServiceSettings,
    ServiceTokenSettings,
    SharedSecret,
    TokenSettings,
)
from chassis.urls import check_url
from contracts.generated.limits import MAX_BATCH_COMMANDS

_SCHEMES = ("postgresql", "postgres")


class DatabaseSettings(ServiceSettings):
    """What the commands on the database (`migrate`, `new-epoch`) need."""

    database_url: SecretStr = Field(
        description="PostgreSQL, as `postgresql://user:password@host:5432/database`. With PgBouncer in "
        "transaction mode, also set `STATEMENT_CACHE_SIZE=0` and `DATABASE_DIRECT_URL`."
    )
    database_direct_url: SecretStr | None = Field(
        None,
        description="PostgreSQL without a transaction pooler, for the few connections that need a session: the "
        "batchers, the leader, migrations. Default: `DATABASE_URL`.",
    )
    log_shards: int = Field(
        1,
        ge=1,
        le=64,
        description="Shards of the log. Fixed by the first `migrate`; the service refuses to start with another "
        "number.",
        json_schema_extra={"unit": "shards"},
    )
    log_partition_hours: int = Field(
        6, ge=1, le=168, description="Time span of one partition of the log.", json_schema_extra={"unit": "hours"}
    )
    log_retention_hours: int = Field(
        48,
        ge=1,
        le=8760,
        description="Retention of the log. Consumers that were down for longer start again from snapshots.",
        json_schema_extra={"unit": "hours"},
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
        """The database, for connections that keep state."""
        return (self.database_direct_url or self.database_url).get_secret_value()

    @property
    def session_variable(self) -> str:
        """The variable that names it."""
        return "DATABASE_URL" if self.database_direct_url is None else "DATABASE_DIRECT_URL"


class Settings(DatabaseSettings, BrokerSettings, TokenSettings, ServiceTokenSettings, OriginSettings):
    """What the service needs."""

    service_token_previous: SharedSecret | None = Field(
        None,
        description="A second secret that is also accepted, while `SERVICE_TOKEN` is being rotated.",
        json_schema_extra={"unit": f"at least {MIN_SECRET_LENGTH} characters"},
    )
    pool_max_size: int = Field(
        10,
        ge=1,
        le=500,
        description="Maximum number of database connections for reads.",
        json_schema_extra={"unit": "connections"},
    )
    statement_cache_size: int = Field(
        256,
        ge=0,
        le=10_000,
        description="Prepared statements kept per pooled connection; 0 behind PgBouncer in transaction mode.",
        json_schema_extra={"unit": "statements"},
    )
    database_timeout_seconds: float = Field(
        5,
        gt=0,
        le=60,
        description="Timeout for connecting to the database, and for one statement.",
        json_schema_extra={"unit": "seconds"},
    )
    batch_max_commands: int = Field(
        256,
        ge=1,
        le=MAX_BATCH_COMMANDS,
        description="Maximum number of commands per transaction.",
        json_schema_extra={"unit": "commands"},
    )
    batch_max_bytes: int = Field(
        1_048_576,
        ge=65_536,
        description="Maximum size of the texts in one transaction.",
        json_schema_extra={"unit": "bytes"},
    )
    queue_max_commands: int = Field(
        8192,
        ge=1,
        description="Commands queued per shard; more are rejected as `overloaded`.",
        json_schema_extra={"unit": "commands"},
    )
    queue_max_bytes: int = Field(
        16_777_216,
        ge=1,
        description="Size of the texts queued per shard; more are rejected as `overloaded`.",
        json_schema_extra={"unit": "bytes"},
    )
    write_deadline_seconds: float = Field(
        5,
        gt=0,
        le=60,
        description="A write by REST that has not started after this time is rejected.",
        json_schema_extra={"unit": "seconds"},
    )
    outcome_bound_seconds: float = Field(
        5,
        gt=0,
        le=60,
        description="If the answer to a write is lost, retry for this long after its deadline to find out its outcome.",
        json_schema_extra={"unit": "seconds"},
    )
    publish_window: int = Field(
        256,
        ge=1,
        le=256,
        description="Maximum number of messages not yet confirmed by the broker.",
        json_schema_extra={"unit": "messages"},
    )
    publish_queue_max_bytes: int = Field(
        33_554_432,
        ge=65_536,
        description="Batches queued in memory for the broker; beyond it they are published later from the log.",
        json_schema_extra={"unit": "bytes"},
    )
    republish_per_second: int = Field(
        500,
        ge=1,
        description="Rate at which the leader publishes unconfirmed positions again.",
        json_schema_extra={"unit": "positions per second"},
    )
    write_rate_per_second: float = Field(
        20,
        gt=0,
        description="Sustained writes by REST per user, over all replicas.",
        json_schema_extra={"unit": "requests per second"},
    )
    write_burst: int = Field(
        60,
        ge=1,
        description="Burst size of writes by REST per user, over all replicas.",
        json_schema_extra={"unit": "requests"},
    )
    max_conversations_per_day: int = Field(
        100,
        ge=1,
        le=100_000,
        description="Conversations that a user may start within 24 hours, over all replicas. Existing ones can "
        "still be opened.",
        json_schema_extra={"unit": "conversations"},
    )
    dev_login: bool = Field(
        False,
        validate_default=True,
        description="Lets anybody log in as anybody (`/api/dev/…`). Needs `ENVIRONMENT=development` and "
        "`JWT_HS256_SECRET`.",
    )
    dev_login_hours: int = Field(
        12, ge=1, le=720, description="Lifetime of a token from `/api/dev/login`.", json_schema_extra={"unit": "hours"}
    )

    @field_validator("dev_login")
    @classmethod
    def _dev_login_only_in_development(cls, value: bool, info: ValidationInfo) -> bool:
        if value and info.data.get("environment") != "development":
            raise ValueError("is only allowed with ENVIRONMENT=development")
        if value and info.data.get("jwt_hs256_secret") is None:
            raise ValueError("needs JWT_HS256_SECRET")
        return value
