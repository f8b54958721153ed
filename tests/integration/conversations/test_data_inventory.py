"""Every column that can hold data of people is in contracts/data-inventory.json."""

import asyncpg
import pytest

from contracts.schemas import ROOT, load

# Partitions have the columns of their table. `kind` is that of the type itself, for a domain that of its base type.
COLUMNS = """
SELECT c.relname AS table, a.attname AS column, coalesce(e.typcategory, t.typcategory) AS kind
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND a.attnum > 0 AND NOT a.attisdropped
"""
HARMLESS = {b"N", b"B", b"D", b"E", b"R", b"T"}  # numbers, booleans, times, enums, ranges: they are named voluntarily

NAMED = {
    (table["name"], column) for table in load(ROOT / "data-inventory.json")["tables"] for column in table["columns"]
}


@pytest.fixture
async def columns(database: asyncpg.Connection) -> dict[tuple[str, str], bytes]:
    """Of the migrated database, with the category of each one's type."""
    return {(row["table"], row["column"]): row["kind"] for row in await database.fetch(COLUMNS)}


async def test_every_column_that_can_hold_data_of_people_is_named(columns: dict[tuple[str, str], bytes]) -> None:
    """Text, JSON, bytes, ids and whatever is not known to be harmless."""
    can_hold = {column for column, kind in columns.items() if kind not in HARMLESS}
    assert ("messages", "content") in can_hold
    assert can_hold - NAMED == set()


async def test_every_column_that_is_named_exists(columns: dict[tuple[str, str], bytes]) -> None:
    assert NAMED - columns.keys() == set()


@pytest.mark.parametrize("type_", ["text", "jsonb", "bytea", "uuid", "text[]", "external_id", "inet", "xml"])
async def test_a_new_column_has_to_be_named(database: asyncpg.Connection, type_: str) -> None:
    """Of any of these types."""
    async with database.transaction():
        await database.execute(f"CREATE TABLE newer (extra {type_})")
        (kind,) = [row["kind"] for row in await database.fetch(COLUMNS) if row["table"] == "newer"]
        await database.execute("DROP TABLE newer")
    assert kind not in HARMLESS
