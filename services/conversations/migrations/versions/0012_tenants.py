"""A tenant in the keys of users, items and conversations, which are unique per tenant, item, buyer and seller."""

from alembic import op
from sqlalchemy import text

from services.conversations.migrations.sql import run_sql_beside

revision = "0012"
down_revision = "0011"
functions = "4cbaba88a0e29b62"  # the digest of those that it brings

# The item comes first, for the look-ups by item; the previous release makes them without a tenant.
_KEY = "CREATE UNIQUE INDEX CONCURRENTLY conversations_key ON conversations (item_id, buyer_id, seller_id, tenant)"
_IS_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('conversations_key')"


def upgrade() -> None:
    """Repeatable from any step: those before an interruption are committed."""
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '5s'")  # writers queue behind a waiting lock: rather fail, and be run again
        # One transaction each: with the locks of two tables, it and a writer could deadlock.
        for table in ("users", "items", "conversations"):
            op.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS tenant smallint NOT NULL DEFAULT 0")
        op.execute("RESET lock_timeout")
        if not op.get_bind().scalar(text(_IS_VALID)):
            op.execute("DROP INDEX CONCURRENTLY IF EXISTS conversations_key")  # an interrupted build is invalid
            op.execute(_KEY)
    run_sql_beside(__file__)
    with op.get_context().autocommit_block():
        # Calls of the old function hold or await the lock of a shard. After them nothing needs the old key.
        op.execute("SELECT FROM log_shards ORDER BY shard FOR UPDATE")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS conversations_of_item")
