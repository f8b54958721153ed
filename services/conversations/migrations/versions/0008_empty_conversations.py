"""A conversation in which nothing was written is the buyer's alone; the first message brings it to the seller."""

from services.conversations.migrations.sql import run_sql_beside

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    run_sql_beside(__file__)
