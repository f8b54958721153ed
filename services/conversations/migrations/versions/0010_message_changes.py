"""Messages that can change: their version, where in the log they changed last, and what only some of them have."""

from alembic import op

from services.conversations.migrations.sql import run_sql_beside

revision = "0010"
down_revision = "0009"

# A resume asks for what changed in a conversation. Built while the service writes; an interrupted build leaves an
# invalid index behind, so each attempt starts afresh.
_INDEX = (
    "CREATE INDEX CONCURRENTLY messages_changed"
    " ON messages (conversation_id, changed_event_pos) WHERE changed_event_pos IS NOT NULL"
)


def upgrade() -> None:
    run_sql_beside(__file__)
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS messages_changed")
        op.execute(_INDEX)
