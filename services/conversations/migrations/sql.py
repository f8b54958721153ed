"""Migrations are plain SQL: each has a script beside it with the same name."""

from pathlib import Path
from typing import Any

from alembic import op
from sqlalchemy import text


def run_sql_beside(migration: str) -> None:
    """Run the .sql file next to a migration, in the migration's transaction."""
    script = Path(migration).with_suffix(".sql").read_text(encoding="utf-8")
    bind = op.get_bind()
    bind.execute(text("SELECT 1"))  # the driver begins its transaction with the first statement it executes itself
    driver: Any = bind.connection.dbapi_connection
    driver.run_async(lambda connection: connection.execute(script))  # several statements: not for prepared ones
