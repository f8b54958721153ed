"""Personal facts: what each person set for themselves in a conversation, at first whether they muted it."""

from services.conversations.migrations.sql import run_sql_beside

revision = "0019"
down_revision = "0018"
functions = "e78cd88bc449c29a"  # the digest of those that it brings


def upgrade() -> None:
    run_sql_beside(__file__)
