"""Settings of the notifications service."""

from pydantic import Field

from chassis.log.cursor import MAX_HELD
from chassis.settings import BrokerSettings, ServiceTokenSettings
from chassis.urls import ServiceUrl


class Settings(BrokerSettings, ServiceTokenSettings):
    """Read from the environment by `__main__`."""

    conversations_url: ServiceUrl = Field(
        description="Base URL of the conversations service, which stores the log and the cursor."
    )
    prefetch: int = Field(
        100,
        ge=1,
        le=MAX_HELD,
        description="Maximum number of unacknowledged broker messages; also limits what waits behind a gap.",
        json_schema_extra={"unit": "messages"},
    )
    hole_grace_seconds: float = Field(
        0.1,
        ge=0,
        le=10,
        description="How long to wait for a missing position from the broker before reading it from the log.",
        json_schema_extra={"unit": "seconds"},
    )
    cursor_store_seconds: float = Field(
        1,
        gt=0,
        le=60,
        description="Interval of storing the cursor; after a crash, the decisions of one interval may be repeated.",
        json_schema_extra={"unit": "seconds"},
    )
