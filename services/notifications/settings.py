"""Settings of the notifications service."""

from pydantic import Field

from chassis.log.cursor import MAX_HELD
from chassis.settings import BrokerSettings, ServiceTokenSettings
from chassis.urls import ServiceUrl


class Settings(BrokerSettings, ServiceTokenSettings):
    """Read from the environment by `__main__`."""

    conversations_url: ServiceUrl = Field(
        description="Base address of the conversations service, which keeps the log and the cursor."
    )
    prefetch: int = Field(
        100,
        ge=1,
        le=MAX_HELD,
        description="Most broker messages that are taken and not acknowledged; the bound of what waits behind a hole.",
        json_schema_extra={"unit": "messages"},
    )
    hole_grace_seconds: float = Field(
        0.1,
        ge=0,
        le=10,
        description="How long a missing position may still come from the broker before the log is asked for it.",
        json_schema_extra={"unit": "seconds"},
    )
    cursor_store_seconds: float = Field(
        1,
        gt=0,
        le=60,
        description="How often the cursor is stored: what a crash may repeat.",
        json_schema_extra={"unit": "seconds"},
    )
