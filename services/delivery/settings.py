"""The settings of the delivery service."""

from pydantic import Field

from chassis.settings import BrokerSettings, OriginSettings, ServiceTokenSettings, TokenSettings, setting
from chassis.urls import ServiceUrl
from contracts.generated.limits import MAX_ACCESS_TOKEN_LENGTH, MAX_COMMAND_TTL_MS, MAX_MESSAGE_LENGTH

# Gateways close a socket after 120 s of silence; a dead peer, noticed after 1.5 heartbeats, must be found earlier.
MAX_HEARTBEAT_SECONDS = 75
# The longest message with every character escaped as a surrogate pair, or the longest token, plus the envelope.
MIN_FRAME_BYTES = max(MAX_MESSAGE_LENGTH * len(r"\ud83d\ude00"), MAX_ACCESS_TOKEN_LENGTH) + 1024
# Two messages of maximum length as we escape them, plus the envelope.
MIN_OUTBOX_BYTES = max(64 * 1024, 2 * (MAX_MESSAGE_LENGTH * len(r"\u0001") + 1024))


class Settings(BrokerSettings, TokenSettings, ServiceTokenSettings, OriginSettings):
    """Environment variables of the delivery service."""

    conversations_url: ServiceUrl = Field(description="Base URL of the conversations service.")
    replica: str | None = setting(
        None, "Name of this replica on the broker. Default: random.", pattern=r"^[A-Za-z0-9_-]{1,64}$"
    )
    drain_seconds: float = setting(
        5, "After SIGTERM, close sockets over this many seconds.", unit="seconds", ge=0, le=300
    )
    heartbeat_seconds: float = setting(
        30,
        "Interval of pings on a socket; it is closed after one and a half intervals without a frame "
        "from the client. The idle timeout of a proxy must be longer than that.",
        unit="seconds",
        gt=0,
        le=MAX_HEARTBEAT_SECONDS,
    )
    max_connections: int = setting(20_000, "Maximum number of sockets of this process.", unit="sockets", ge=1)
    max_connections_per_user: int = setting(
        20,
        "Sockets per user, over all replicas; one more closes the oldest. A replica announces a "
        "user's sockets to the others only beyond a quarter of this limit.",
        unit="sockets",
        ge=1,
    )
    max_frame_bytes: int = setting(
        max(64 * 1024, MIN_FRAME_BYTES),
        "Maximum size of a frame from a client.",
        unit="bytes",
        ge=MIN_FRAME_BYTES,
        le=1024 * 1024,
    )
    outbox_max_bytes: int = setting(
        256 * 1024,
        "Bytes queued per client; a client further behind is disconnected and resumes.",
        unit="bytes",
        ge=MIN_OUTBOX_BYTES,
    )
    message_rate_per_second: float = setting(
        50, "Sustained rate of messages per user, over all replicas and REST.", unit="messages/s", gt=0
    )
    message_burst: int = setting(
        200,
        "Burst size of messages per user. Replicas learn from the log what others admitted, so "
        "several may grant a burst at once; the excess delays later messages.",
        unit="messages",
        ge=1,
    )
    frame_rate_per_second: float = setting(
        100, "Sustained rate of frames per user in this process, messages included.", unit="frames/s", gt=0
    )
    frame_burst: int = setting(400, "Burst size of frames per user in this process.", unit="frames", ge=1)
    max_bad_frames: int = setting(20, "Invalid frames within 10 s after which a socket is closed.", unit="frames", ge=1)
    max_refused_frames: int = setting(
        200, "Frames over the rate limit within 10 s after which a socket is closed.", unit="frames", ge=1
    )
    max_in_flight_sends: int = setting(256, "Maximum number of unanswered commands per socket.", unit="commands", ge=1)
    command_pipeline: int = setting(
        1, "Command batches in flight in parallel; a user's commands stay in order.", unit="batches", ge=1, le=16
    )
    command_queue_max: int = setting(10_000, "Maximum number of commands waiting for a batch.", unit="commands", ge=1)
    command_deadline_seconds: float = setting(
        10,
        "A command is retried for this long before its sender receives an error.",
        unit="seconds",
        gt=0,
        le=MAX_COMMAND_TTL_MS / 1000,
    )
    command_attempt_seconds: float = setting(4, "Timeout of one attempt.", unit="seconds", gt=0, le=60)
    recent_seconds: float = setting(
        120, "How long events are kept in memory for sockets that resume.", unit="seconds", ge=0, le=3600
    )
    recent_max_bytes: int = setting(64 * 1024 * 1024, "Maximum size of these events.", unit="bytes", ge=0)
    log_poll_ms: int = setting(
        200, "Interval of polling the log while the broker delivers nothing.", unit="ms", ge=10, le=10_000
    )
