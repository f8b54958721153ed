"""Deleting messages: the list knows that its last one was deleted, and the log where else a message's text is."""

from services.conversations.migrations.sql import run_sql_beside

revision = "0016"
down_revision = "0015"
functions = "4da9b4236d7c8b16"  # the digest of those that it brings


def upgrade() -> None:
    run_sql_beside(__file__)
