"""Settings of the notifications service."""

from pydantic import Field

from chassis.log.cursor import MAX_HELD
from chassis.settings import BrokerSettings, ServiceTokenSettings, setting
from chassis.urls import ServiceUrl


class Settings(BrokerSettings, ServiceTokenSettings):
    """Read from the environment by `__main__`."""

    conversations_url: ServiceUrl = Field(
        description="Base URL of the conversations service, which stores the log and the cursor."
    )
    prefetch: int = setting(
        100,
        "Maximum number of unacknowledged broker messages; also limits what waits behind a gap.",
        unit="messages",
        ge=1,
        le=MAX_HELD,
    )
    hole_grace_seconds: float = setting(
        0.1,
        "How long to wait for a missing position from the broker before reading it from the log.",
        unit="seconds",
        ge=0,
        le=10,
    )
    cursor_store_seconds: float = setting(
        1,
        "Interval of storing the cursor; after a crash, the decisions of one interval may be repeated.",
        unit="seconds",
        gt=0,
        le=60,
    )
