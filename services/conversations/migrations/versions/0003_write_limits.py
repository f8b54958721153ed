"""Rate limits of REST writes over all replicas."""

from services.conversations.migrations.sql import run_sql_beside

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    run_sql_beside(__file__)
