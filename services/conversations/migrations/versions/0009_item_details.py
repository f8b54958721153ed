"""Item descriptions, and further pictures besides the cover."""

from services.conversations.migrations.sql import run_sql_beside

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    run_sql_beside(__file__)
