"""Generates pages from the code and from the recorded benchmark: `python -m docs.generate [--check]`.

`configuration.md` and `metrics.md` come from the code, `data-inventory.md` from the contracts; the tables in
`performance.md` from the recorded run of `make bench`.
"""

import argparse
import sys
from pathlib import Path

from benchmarks.pages.performance_tables import RECORDED, with_tables
from chassis.settings import ServiceSettings, settings_table
from docs import data_inventory, metrics_tables
from services.conversations.settings import Settings as ConversationsSettings
from services.delivery.settings import Settings as DeliverySettings
from services.notifications.settings import Settings as NotificationsSettings

FOLDER = Path(__file__).parent
SERVICES: dict[str, type[ServiceSettings]] = {
    "conversations": ConversationsSettings,
    "delivery": DeliverySettings,
    "notifications": NotificationsSettings,
}
CONFIGURATION = """# Configuration

Every service is configured by environment variables only. If any are invalid, it exits at once with one message that
names all of them. An empty variable counts as absent, and white space around a value is ignored.

Generated from the settings classes by `make generate`.
"""
METRICS = """# Metrics

Every process exports these metrics at `GET /metrics`. How to read them: [observability](observability.md). There are
also metrics of the process (`process_*`: CPU, memory, open files) and of Python (`python_*`).

Generated from the code by `make generate`.
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail when a page is not current")
    if not parser.parse_args().check:
        write_pages()
        return 0
    stale = [
        page.name for page, text in pages().items() if not page.exists() or page.read_text(encoding="utf-8") != text
    ]
    if stale:
        sys.stderr.write(f"not current: {', '.join(stale)}; run `make generate`\n")
    return 1 if stale else 0


def write_pages() -> None:
    """Write every page."""
    for page, text in pages().items():
        page.write_text(text, encoding="utf-8")


def pages() -> dict[Path, str]:
    """Every page with its content."""
    return {
        FOLDER / "configuration.md": _configuration(),
        FOLDER / "data-inventory.md": data_inventory.page(),
        FOLDER / "metrics.md": _metrics(),
        FOLDER / "performance.md": _performance(),
    }


def _configuration() -> str:
    tables = (f"\n## `{name}`\n\n{settings_table(settings)}" for name, settings in SERVICES.items())
    return CONFIGURATION + "".join(tables)


def _metrics() -> str:
    tables = (
        f"\n## {_title(name)}\n\n{metrics_tables.table(families)}"
        for name, families in metrics_tables.metrics().items()
    )
    return METRICS + "".join(tables)


def _title(name: str) -> str:
    return f"`{name}`" if name in SERVICES else name.capitalize()


def _performance() -> str:
    """The page with its tables replaced."""
    return with_tables((FOLDER / "performance.md").read_text(encoding="utf-8"), RECORDED)


if __name__ == "__main__":
    sys.exit(main())
