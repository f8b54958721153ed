"""The log's epoch follows the database's history; a write that proves readiness."""

from services.conversations.migrations.sql import run_sql_beside

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    run_sql_beside(__file__)
