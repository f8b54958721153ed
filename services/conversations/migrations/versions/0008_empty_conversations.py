"""An empty conversation is visible to the buyer only; the first message makes it visible to the seller."""

from services.conversations.migrations.sql import run_sql_beside

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    run_sql_beside(__file__)
