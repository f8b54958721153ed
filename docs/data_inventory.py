"""The page about stored data of people, from contracts/data-inventory.json."""

from typing import Any

from contracts.schemas import ROOT, load

Json = dict[str, Any]

HEAD = """# Stored data

Where the system keeps data of people, why, for how long, and what erasure does today. Names in capitals are
[settings](configuration.md). Backups, and the storage that collects the logs, are the operator's: they keep what they
copied.

Generated from `contracts/data-inventory.json` by `make generate`; tests compare it with the migrated database, the
broker's topology, the log lines and the web client.
"""
_SECTIONS = {
    "queues": ("Queues", "In RabbitMQ. Exchanges store nothing."),
    "logs": ("Log lines", "Lines that contain ids of people or of their conversations; none contains message text."),
    "memory": ("Memory", "Of the services' processes."),
    "clientStores": ("Browser", "The web client's storage on the user's device."),
}


def page() -> str:
    """The whole page."""
    inventory = load(ROOT / "data-inventory.json")
    parts = [HEAD, "\n## Tables\n\nIn PostgreSQL.\n", *(_table(entry) for entry in inventory["tables"])]
    for key, (title, about) in _SECTIONS.items():
        parts.append(f"\n## {title}\n\n{about}\n\n{_rows(inventory[key])}")
    return "".join(parts)


def _table(entry: Json) -> str:
    columns = "".join(f"| `{name}` | {holds} |\n" for name, holds in entry["columns"].items())
    kept = (
        f"\n\n**Kept:** {entry['retention']}\n\n**Erasure:** {entry['erasure']}"
        if entry["personal"]
        else " No data of people."
    )
    return f"\n### `{entry['name']}`\n\n{entry['purpose']}{kept}\n\n| Column | Contents |\n|---|---|\n{columns}"


def _rows(entries: list[Json]) -> str:
    head = "| Name | Purpose and contents | Kept | Erasure |\n|---|---|---|---|\n"
    return head + "".join(
        f"| {_name(entry)} | {_about(entry)} | {entry['retention']} | {entry['erasure']} |\n" for entry in entries
    )


def _name(entry: Json) -> str:
    store = f" ({entry['kind']})" if "kind" in entry else ""
    return f"`{entry['name']}`{store}"


def _about(entry: Json) -> str:
    return " ".join(filter(None, (entry["purpose"], entry.get("holds"))))
