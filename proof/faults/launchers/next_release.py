"""`python -m proof.faults.launchers.next_release FOLDER services.conversations [migrate]`: code of a release to come.

It knows one migration more, which FOLDER holds beside the real ones, and is otherwise the code of today.
"""

import shutil
import sys
from pathlib import Path

from proof.faults.launchers.orders import run_service
from services.conversations.migrations import revisions

REVISION = "9999"
_PYTHON = '''"""A column, and a function made anew."""

from services.conversations.migrations.sql import run_sql_beside

revision = "{revision}"
down_revision = "{before}"


def upgrade() -> None:
    run_sql_beside(__file__)
'''
# What a release may well do: it locks the busiest table, and replaces the function that every send goes through.
_SQL = """
ALTER TABLE messages ADD COLUMN edited_at timestamptz;
DO $do$ BEGIN EXECUTE pg_get_functiondef('apply_commands'::regproc); END $do$;
"""
_UNDO = "ALTER TABLE messages DROP COLUMN edited_at; UPDATE alembic_version SET version_num = '{before}'"


def write_migrations(folder: Path) -> str:
    """Fill the folder; returns the statement that undoes the migration, for another round."""
    before = revisions.newest_revision()
    shutil.copytree(revisions.folder, folder, dirs_exist_ok=True)
    versions = folder / "versions"
    (versions / f"{REVISION}_next.py").write_text(_PYTHON.format(revision=REVISION, before=before), encoding="utf-8")
    (versions / f"{REVISION}_next.sql").write_text(_SQL, encoding="utf-8")
    return _UNDO.format(before=before)


if __name__ == "__main__":
    revisions.folder = Path(sys.argv[1])
    run_service(sys.argv[2:])
