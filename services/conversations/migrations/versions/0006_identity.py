"""A conversation is identified by its item, buyer and seller; wider ids; deleted people; a daily limit on starts."""

from alembic import op

from services.conversations.migrations.sql import run_sql_beside

revision = "0006"
down_revision = "0005"

# Built while the service writes. An interrupted build leaves an invalid index behind, so each attempt starts afresh.
_INDEXES = {
    "conversations_of_item": "CREATE UNIQUE INDEX CONCURRENTLY conversations_of_item"
    " ON conversations (item_id, buyer_id, seller_id)",
    # Nearly empty: every command checks whether a user was deleted.
    "users_deleted": "CREATE INDEX CONCURRENTLY users_deleted ON users (id) WHERE deleted",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, statement in _INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(statement)
    run_sql_beside(__file__)
