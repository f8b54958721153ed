"""Runs the delivery service: `python -m services.delivery`, configured by the environment."""

import os
import sys

from chassis.http.server import run
from chassis.observability.logging import setup_logging
from chassis.settings import load_settings_or_exit
from services.delivery.app import create_delivery_app
from services.delivery.settings import Settings

DRAIN_SLACK_SECONDS = 1.0  # the drain bounds itself; the server must not cut it off just before its end


def main() -> int:
    settings = load_settings_or_exit(Settings, os.environ)
    setup_logging(service="delivery", level=settings.log_level, format=settings.log_format)
    return run(
        lambda: create_delivery_app(settings),
        host=settings.host,
        port=settings.port,
        drain_seconds=settings.drain_seconds + DRAIN_SLACK_SECONDS,
    )


if __name__ == "__main__":
    sys.exit(main())
