"""What can be configured."""

from pydantic import Field

from chassis.settings import BrokerSettings, OriginSettings, ServiceTokenSettings, TokenSettings
from chassis.urls import ServiceUrl
from contracts.generated.limits import MAX_ACCESS_TOKEN_LENGTH, MAX_COMMAND_TTL_MS, MAX_MESSAGE_LENGTH

# The gateways end a socket that was silent for 120 s; a dead peer must be noticed before, after 1.5 heartbeats.
MAX_HEARTBEAT_SECONDS = 75
# The longest message with every character escaped as a surrogate pair, or the longest token, and what is around it.
MIN_FRAME_BYTES = max(MAX_MESSAGE_LENGTH * len(r"\ud83d\ude00"), MAX_ACCESS_TOKEN_LENGTH) + 1024
# Two messages of the longest kind, as we escape them, and what is around them.
MIN_OUTBOX_BYTES = max(64 * 1024, 2 * (MAX_MESSAGE_LENGTH * len(r"\u0001") + 1024))


class Settings(BrokerSettings, TokenSettings, ServiceTokenSettings, OriginSettings):
    """Environment variables of the delivery service."""

    conversations_url: ServiceUrl = Field(description="Base URL of the conversations service.")
    replica: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        description="Name of this replica on the broker. Default: random.",
    )
    drain_seconds: float = Field(
        5,
        ge=0,
        le=300,
        description="After SIGTERM, close sockets over this many seconds.",
        json_schema_extra={"unit": "seconds"},
    )
    heartbeat_seconds: float = Field(
        30,
        gt=0,
        le=MAX_HEARTBEAT_SECONDS,
        description="Interval of pings on a socket; it is closed after one and a half intervals without a frame "
        "from the client. The idle timeout of a proxy must be longer than that.",
        json_schema_extra={"unit": "seconds"},
    )
    max_connections: int = Field(
        20_000, ge=1, description="Maximum number of sockets of this process.", json_schema_extra={"unit": "sockets"}
    )
    max_connections_per_user: int = Field(
        20,
        ge=1,
        description="Sockets per user, over all replicas; one more closes the oldest. A replica announces a "
        "user's sockets to the others only beyond a quarter of this limit.",
        json_schema_extra={"unit": "sockets"},
    )
    max_frame_bytes: int = Field(
        max(64 * 1024, MIN_FRAME_BYTES),
        ge=MIN_FRAME_BYTES,
        le=1024 * 1024,
        description="Maximum size of a frame from a client.",
        json_schema_extra={"unit": "bytes"},
    )
    outbox_max_bytes: int = Field(
        256 * 1024,
        ge=MIN_OUTBOX_BYTES,
        description="Bytes queued per client; a client further behind is disconnected and resumes.",
        json_schema_extra={"unit": "bytes"},
    )
    message_rate_per_second: float = Field(
        50,
        gt=0,
        description="Sustained rate of messages per user, over all replicas and REST.",
        json_schema_extra={"unit": "messages/s"},
    )
    message_burst: int = Field(
        200,
        ge=1,
        description="Burst size of messages per user. Replicas learn from the log what others admitted, so "
        "several may grant a burst at once; the excess delays later messages.",
        json_schema_extra={"unit": "messages"},
    )
    frame_rate_per_second: float = Field(
        100,
        gt=0,
        description="Sustained rate of frames per user in this process, messages included.",
        json_schema_extra={"unit": "frames/s"},
    )
    frame_burst: int = Field(
        400, ge=1, description="Burst size of frames per user in this process.", json_schema_extra={"unit": "frames"}
    )
    max_bad_frames: int = Field(
        20,
        ge=1,
        description="Invalid frames within 10 s after which a socket is closed.",
        json_schema_extra={"unit": "frames"},
    )
    max_refused_frames: int = Field(
        200,
        ge=1,
        description="Frames over the rate limit within 10 s after which a socket is closed.",
        json_schema_extra={"unit": "frames"},
    )
    max_in_flight_sends: int = Field(
        256,
        ge=1,
        description="Maximum number of unanswered commands per socket.",
        json_schema_extra={"unit": "commands"},
    )
    command_pipeline: int = Field(
        1,
        ge=1,
        le=16,
        description="Command batches in flight in parallel; a user's commands stay in order.",
        json_schema_extra={"unit": "batches"},
    )
    command_queue_max: int = Field(
        10_000,
        ge=1,
        description="Maximum number of commands waiting for a batch.",
        json_schema_extra={"unit": "commands"},
    )
    command_deadline_seconds: float = Field(
        10,
        gt=0,
        le=MAX_COMMAND_TTL_MS / 1000,
        description="A command is retried for this long before its sender receives an error.",
        json_schema_extra={"unit": "seconds"},
    )
    command_attempt_seconds: float = Field(
        4, gt=0, le=60, description="Timeout of one attempt.", json_schema_extra={"unit": "seconds"}
    )
    recent_seconds: float = Field(
        120,
        ge=0,
        le=3600,
        description="How long events are kept in memory for sockets that resume.",
        json_schema_extra={"unit": "seconds"},
    )
    recent_max_bytes: int = Field(
        64 * 1024 * 1024,
        ge=0,
        description="Maximum size of these events.",
        json_schema_extra={"unit": "bytes"},
    )
    log_poll_ms: int = Field(
        200,
        ge=10,
        le=10_000,
        description="Interval of polling the log while the broker delivers nothing.",
        json_schema_extra={"unit": "ms"},
    )
