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

    conversations_url: ServiceUrl = Field(description="Where the conversations service answers.")
    replica: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        description="Name of this replica on the broker; a random one when not set.",
    )
    drain_seconds: float = Field(
        5,
        ge=0,
        le=300,
        description="Over how long a time SIGTERM closes the sockets.",
        json_schema_extra={"unit": "seconds"},
    )
    heartbeat_seconds: float = Field(
        30,
        gt=0,
        le=MAX_HEARTBEAT_SECONDS,
        description="How often a socket is pinged; it is dead after one and a half of it without a sign of life. A "
        "proxy of your own must let a socket be silent for longer than that.",
        json_schema_extra={"unit": "seconds"},
    )
    max_connections: int = Field(
        20_000, ge=1, description="Sockets of this process.", json_schema_extra={"unit": "sockets"}
    )
    max_connections_per_user: int = Field(
        20,
        ge=1,
        description="Sockets of one user over all replicas; one more closes the oldest. Each replica may hold a "
        "quarter of it without telling the others.",
        json_schema_extra={"unit": "sockets"},
    )
    max_frame_bytes: int = Field(
        max(64 * 1024, MIN_FRAME_BYTES),
        ge=MIN_FRAME_BYTES,
        le=1024 * 1024,
        description="Longest frame from a client.",
        json_schema_extra={"unit": "bytes"},
    )
    outbox_max_bytes: int = Field(
        256 * 1024,
        ge=MIN_OUTBOX_BYTES,
        description="What may wait for one client; one that is further behind is closed and resumes.",
        json_schema_extra={"unit": "bytes"},
    )
    message_rate_per_second: float = Field(
        50,
        gt=0,
        description="Sustained messages per user, over all replicas and REST.",
        json_schema_extra={"unit": "messages/s"},
    )
    message_burst: int = Field(
        200,
        ge=1,
        description="Burst of messages per user. A replica learns from the log what others admitted, so several may "
        "grant a burst at once; the sum is then waited for.",
        json_schema_extra={"unit": "messages"},
    )
    frame_rate_per_second: float = Field(
        100,
        gt=0,
        description="Sustained frames per user in this process, messages included.",
        json_schema_extra={"unit": "frames/s"},
    )
    frame_burst: int = Field(
        400, ge=1, description="Burst of frames per user in this process.", json_schema_extra={"unit": "frames"}
    )
    max_bad_frames: int = Field(
        20,
        ge=1,
        description="Frames the protocol does not know, within 10 s, before a socket is closed.",
        json_schema_extra={"unit": "frames"},
    )
    max_refused_frames: int = Field(
        200,
        ge=1,
        description="Frames over the rate, within 10 s, before a socket is closed.",
        json_schema_extra={"unit": "frames"},
    )
    max_in_flight_sends: int = Field(
        256, ge=1, description="Commands of one socket without an answer yet.", json_schema_extra={"unit": "commands"}
    )
    command_pipeline: int = Field(
        1,
        ge=1,
        le=16,
        description="Command batches in flight at once; a user's commands stay in order.",
        json_schema_extra={"unit": "batches"},
    )
    command_queue_max: int = Field(
        10_000, ge=1, description="Commands that may wait for a batch.", json_schema_extra={"unit": "commands"}
    )
    command_deadline_seconds: float = Field(
        10,
        gt=0,
        le=MAX_COMMAND_TTL_MS / 1000,
        description="How long a command is tried before its sender is told that it failed.",
        json_schema_extra={"unit": "seconds"},
    )
    command_attempt_seconds: float = Field(
        4, gt=0, le=60, description="How long one attempt may take.", json_schema_extra={"unit": "seconds"}
    )
    recent_seconds: float = Field(
        120,
        ge=0,
        le=3600,
        description="How long events stay in memory for sockets that resume.",
        json_schema_extra={"unit": "seconds"},
    )
    recent_max_bytes: int = Field(
        64 * 1024 * 1024,
        ge=0,
        description="What these events may weigh.",
        json_schema_extra={"unit": "bytes"},
    )
    log_poll_ms: int = Field(
        200,
        ge=10,
        le=10_000,
        description="How often the log is asked while the broker pushes nothing.",
        json_schema_extra={"unit": "ms"},
    )
