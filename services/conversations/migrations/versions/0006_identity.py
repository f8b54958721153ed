"""A conversation is identified by its item, buyer and seller; wider ids; deleted people; a daily bound on starts."""

from alembic import op

from services.conversations.migrations.sql import run_sql_beside

revision = "0006"
down_revision = "0005"

# Built while the service writes. A build that was interrupted leaves an invalid index behind, so each one starts anew.
_INDEXES = {
    "conversations_of_item": "CREATE UNIQUE INDEX CONCURRENTLY conversations_of_item"
    " ON conversations (item_id, buyer_id, seller_id)",
    # Nearly empty: whether a person was deleted is asked for every command.
    "users_deleted": "CREATE INDEX CONCURRENTLY users_deleted ON users (id) WHERE deleted",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, statement in _INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(statement)
    run_sql_beside(__file__)
