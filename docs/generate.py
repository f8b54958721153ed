"""Writes docs/configuration.md from the settings classes: `python -m docs.generate [--check]`."""

import argparse
import sys
from pathlib import Path

from chassis.settings import ServiceSettings, settings_table
from services.conversations.settings import Settings as ConversationsSettings
from services.delivery.settings import Settings as DeliverySettings
from services.notifications.settings import Settings as NotificationsSettings

TARGET = Path(__file__).parent / "configuration.md"
SERVICES: dict[str, type[ServiceSettings]] = {
    "conversations": ConversationsSettings,
    "delivery": DeliverySettings,
    "notifications": NotificationsSettings,
}
HEAD = """# Configuration

Every service is configured by environment variables, and by nothing else. Wrong ones stop it at once with one message
that names them all. An empty variable counts as absent.

Generated from the settings classes by `make generate`.
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail when the file is not current")
    check = parser.parse_args().check
    current = TARGET.exists() and TARGET.read_text(encoding="utf-8") == render()
    if check and not current:
        sys.stderr.write("docs/configuration.md is not current: run `make generate`\n")
    if not check:
        TARGET.write_text(render(), encoding="utf-8")
    return 1 if check and not current else 0


def render() -> str:
    """The whole page."""
    tables = (f"\n## `{name}`\n\n{settings_table(settings)}" for name, settings in SERVICES.items())
    return HEAD + "".join(tables)


if __name__ == "__main__":
    sys.exit(main())
