"""Separate times of an item's description and its deletion; no times from the future."""

from services.conversations.migrations.sql import run_sql_beside

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    run_sql_beside(__file__)
