"""Personal facts: what each person set for themselves in a conversation, at first whether they muted it."""

from services.conversations.migrations.sql import run_sql_beside

revision = "0018"
down_revision = "0017"
functions = "3b6f921238689b3f"  # the digest of those that it brings


def upgrade() -> None:
    run_sql_beside(__file__)
