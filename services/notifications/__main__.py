"""The notifications service: `python -m services.notifications`."""

import os
import sys

from chassis.http.server import run
from chassis.observability.logging import setup_logging
from chassis.settings import load_settings_or_exit
from services.notifications.app import create_notifications_app
from services.notifications.settings import Settings


def main() -> int:
    settings = load_settings_or_exit(Settings, os.environ)
    setup_logging(service="notifications", level=settings.log_level, format=settings.log_format)
    return run(
        lambda: create_notifications_app(settings),
        host=settings.host,
        port=settings.port,
        drain_seconds=settings.drain_seconds,
    )


if __name__ == "__main__":
    sys.exit(main())
