"""`python -m services.conversations [run | migrate | new-epoch]`."""

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable

from chassis.http.server import run
from chassis.observability.logging import setup_logging
from chassis.settings import load_settings_or_exit
from services.conversations.settings import DatabaseSettings, Settings
from services.conversations.store.schema import WrongShardCount

SERVICE = "conversations"


def main() -> int:
    """The process's exit code. Each command loads only what it needs: Alembic alone takes as long as the service."""
    command = _arguments().command
    return _run() if command == "run" else _prepare_database(command)


def _prepare_database(command: str) -> int:
    from services.conversations.migrate import DatabaseUnusable, migrate, start_new_epoch  # noqa: PLC0415 - see main

    settings = load_settings_or_exit(DatabaseSettings, os.environ)
    setup_logging(service=SERVICE, level=settings.log_level, format=settings.log_format)
    try:
        asyncio.run(migrate(settings) if command == "migrate" else _print(start_new_epoch(settings)))
    except DatabaseUnusable as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except WrongShardCount as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m services.conversations", description="Conversations and REST API.")
    parser.add_argument(
        "command",
        nargs="?",
        default="run",
        choices=["run", "migrate", "new-epoch"],
        help="run the service (default); bring the database up to date; or begin a new epoch of the log by hand, after "
        "the database's volume was reset to an older state while every service was stopped (otherwise it is detected)",
    )
    return parser.parse_args()


def _run() -> int:
    from services.conversations.app import create_conversations_app  # noqa: PLC0415 - see main

    settings = load_settings_or_exit(Settings, os.environ)
    setup_logging(service=SERVICE, level=settings.log_level, format=settings.log_format)
    return run(
        lambda: create_conversations_app(settings),
        host=settings.host,
        port=settings.port,
        drain_seconds=settings.drain_seconds,
    )


async def _print(answer: Awaitable[str]) -> None:
    print(await answer)


if __name__ == "__main__":
    sys.exit(main())
