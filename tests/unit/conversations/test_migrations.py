"""The migrations as files."""

import subprocess
import sys

from alembic.script import ScriptDirectory

from services.conversations.migrate import migrations_config
from services.conversations.migrations.revisions import newest_revision
from services.conversations.migrations.sql import functions_digest


def test_the_newest_migration_names_the_functions_that_it_brings() -> None:
    """A changed function needs a new migration once the newest is released: until then, correct the digest."""
    scripts = ScriptDirectory.from_config(migrations_config())
    newest = scripts.get_revision("head")
    assert newest is not None
    assert newest.module.functions == functions_digest()


def test_the_newest_migration_is_the_one_that_alembic_ends_with() -> None:
    """Its number is read from the files' names."""
    assert newest_revision() == ScriptDirectory.from_config(migrations_config()).get_current_head()


def test_the_service_runs_without_the_tool_that_migrates() -> None:
    """It would take half a second of each start, and 20 MB of each process."""
    program = "import sys, services.conversations.app; sys.exit(bool({'alembic', 'sqlalchemy'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
