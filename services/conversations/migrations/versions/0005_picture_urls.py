"""Drop picture URLs that the contract no longer allows."""

from services.conversations.migrations.sql import run_sql_beside

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    run_sql_beside(__file__)
