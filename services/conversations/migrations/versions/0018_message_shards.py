"""The shard of messages and of their earlier texts, in their rows and keys. A later release drops the triggers."""

import time
from dataclasses import dataclass

import structlog
from alembic import op
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.conversations.migrations.sql import run_sql_beside

revision = "0018"
down_revision = "0017"
functions = "9741a55854a8c52b"  # the digest of those that it brings

BATCH_ROWS = 2_000  # an edit of one of them waits for the whole batch
PROGRESS_SECONDS = 10.0
LOCK_SECONDS = 2  # writers queue behind a waiting lock: wait little, and let them pass before the next attempt
LOCK_ATTEMPTS = 30
_LOCK_NOT_AVAILABLE = "55P03"

# Existing rows are all in shard 0, without being rewritten: only those of other shards are, afterwards. New rows have
# their conversation's from now on; without the default, those of functions that do not name it are recognized.
_ADD_COLUMN = """
DO $do$
BEGIN
    ALTER TABLE {table} ADD COLUMN IF NOT EXISTS shard integer NOT NULL DEFAULT 0;
    ALTER TABLE {table} ALTER COLUMN shard DROP DEFAULT;
    CREATE OR REPLACE TRIGGER {table}_shard BEFORE INSERT ON {table}
        FOR EACH ROW WHEN (NEW.shard IS NULL) EXECUTE FUNCTION take_shard_of_conversation();
END
$do$
"""
# Along the primary key: a change of a row meanwhile does not move it there.
_FILL = """
WITH batch AS MATERIALIZED (
    SELECT {key} FROM {table} WHERE ({key}) > ({after}) ORDER BY {key} LIMIT {rows}
),
filled AS (
    UPDATE {table} t SET shard = c.shard
    FROM batch b JOIN conversations c ON c.id = b.conversation_id
    WHERE {same} AND t.shard <> c.shard
)
SELECT (SELECT count(*) FROM batch) AS row_count, b.* FROM batch b ORDER BY {descending} LIMIT 1
"""
_HAS_SHARD = """
SELECT EXISTS (
    SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = to_regclass(:table) AND i.indisprimary AND a.attname = 'shard'
)
"""
_OTHER_SHARDS = "SELECT EXISTS (SELECT FROM conversations WHERE shard <> 0)"
_IS_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:index)"
_ESTIMATE = "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = to_regclass(:table)"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Table:
    """A table that gets a shard. `indexes` are its new unique indexes by name; the first becomes the primary key."""

    name: str
    key: dict[str, str]
    """The columns of the primary key until now, each with a value below all that exist."""
    indexes: dict[str, str]
    replaced: tuple[str, ...] = ()
    """Other constraints that the new indexes replace."""


TABLES = (
    Table(
        "messages",
        key={"conversation_id": "'00000000-0000-0000-0000-000000000000'::uuid", "seq": "0"},
        indexes={
            "messages_key": "conversation_id, seq, shard",
            "messages_client_key": "conversation_id, sender_role, shard, client_message_key(client_message_id)",
        },
        replaced=("messages_conversation_id_sender_role_client_message_id_key",),
    ),
    Table(
        "message_versions",
        key={"conversation_id": "'00000000-0000-0000-0000-000000000000'::uuid", "seq": "0", "version": "-1"},
        indexes={"message_versions_key": "conversation_id, seq, version, shard"},
    ),
)


def upgrade() -> None:
    """Repeatable from any step: those before an interruption are committed."""
    run_sql_beside(__file__)
    with op.get_context().autocommit_block():
        for table in TABLES:
            if not op.get_bind().scalar(text(_HAS_SHARD), {"table": table.name}):
                _lock_briefly(_ADD_COLUMN.format(table=table.name))
                if op.get_bind().scalar(text(_OTHER_SHARDS)):
                    _fill(table)
                for name, columns in table.indexes.items():
                    _build(name, f"{table.name} ({columns})")
                _lock_briefly(_replace_keys(table))


def _fill(table: Table) -> None:
    """Correct the shard of the rows that were there before the column, in short transactions."""
    of = op.get_bind().scalar(text(_ESTIMATE), {"table": table.name})
    after = ", ".join(table.key.values())
    done, logged_at = 0, time.monotonic()
    while row := op.get_bind().execute(text(_fill_statement(table, after))).one_or_none():
        count, *last = row
        done += count
        after = ", ".join(f"'{value}'" for value in last)
        if time.monotonic() - logged_at > PROGRESS_SECONDS:
            log.info("migration.progress", table=table.name, rows=done, of=of)
            logged_at = time.monotonic()
    log.info("migration.filled", table=table.name, rows=done)


def _fill_statement(table: Table, after: str) -> str:
    return _FILL.format(
        table=table.name,
        key=", ".join(table.key),
        after=after,
        rows=BATCH_ROWS,
        same=" AND ".join(f"t.{column} = b.{column}" for column in table.key),
        descending=", ".join(f"{column} DESC" for column in table.key),
    )


def _build(name: str, on: str) -> None:
    if not op.get_bind().scalar(text(_IS_VALID), {"index": name}):
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")  # an interrupted build is invalid
        op.execute(f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON {on}")


def _replace_keys(table: Table) -> str:
    primary, *_ = table.indexes
    constraint = f"{table.name}_pkey"
    dropped = "".join(f"DROP CONSTRAINT IF EXISTS {name}, " for name in (constraint, *table.replaced))
    return f"ALTER TABLE {table.name} {dropped} ADD CONSTRAINT {constraint} PRIMARY KEY USING INDEX {primary}"


def _lock_briefly(statement: str) -> None:
    op.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
    for attempt in range(1, LOCK_ATTEMPTS + 1):
        try:
            op.execute(statement)
            break
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE or attempt == LOCK_ATTEMPTS:
                raise
            log.warning("migration.lock_awaited", attempt=attempt)
            op.execute(f"SELECT pg_sleep({LOCK_SECONDS})")
    op.execute("RESET lock_timeout")
