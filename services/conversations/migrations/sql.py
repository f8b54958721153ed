"""Migrations are plain SQL: each has a script beside it with the same name.

Functions that change from time to time are in `functions/`, each once, as it is now: after the migrations they replace
those of the database. The newest migration names their digest. So a changed function comes with a new migration, and
older code, which does not know that one, never puts its own functions back.
"""

from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncpg
from alembic import op
from sqlalchemy import text

FUNCTIONS = Path(__file__).parent / "functions"

_APPLIED = "SELECT obj_description(to_regprocedure('text_digest(text)'), 'pg_proc')"
_MARK = "COMMENT ON FUNCTION text_digest(text) IS '{digest}'"


def run_sql_beside(migration: str) -> None:
    """Run the .sql file next to a migration, in the migration's transaction."""
    script = Path(migration).with_suffix(".sql").read_text(encoding="utf-8")
    bind = op.get_bind()
    bind.execute(text("SELECT 1"))  # the driver begins its transaction with the first statement it executes itself
    driver: Any = bind.connection.dbapi_connection
    driver.run_async(lambda connection: connection.execute(script))  # several statements: not for prepared ones


def functions_digest() -> str:
    """The digest of all scripts of functions."""
    return sha256("\0".join(_scripts()).encode()).hexdigest()[:16]


async def replace_functions(connection: asyncpg.Connection) -> None:
    """Replace the database's functions by those of this code, all at once, unless they are the same."""
    digest = functions_digest()
    if await connection.fetchval(_APPLIED) == digest:
        return
    async with connection.transaction():
        for script in _scripts():
            await connection.execute(script)
        await connection.execute(_MARK.format(digest=digest))


def _scripts() -> list[str]:
    return [file.read_text(encoding="utf-8") for file in sorted(FUNCTIONS.glob("*.sql"))]
