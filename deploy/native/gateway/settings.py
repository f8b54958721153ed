"""Settings of the gateway."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from yarl import URL


@dataclass(frozen=True)
class Settings:
    host: str
    port: int
    conversations_url: URL
    delivery_url: URL
    web_dist: Path

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        return cls(
            host=environ["HOST"],
            port=int(environ["PORT"]),
            conversations_url=URL(environ["CONVERSATIONS_URL"]),
            delivery_url=URL(environ["DELIVERY_URL"]),
            web_dist=Path(environ["WEB_DIST"]),
        )
