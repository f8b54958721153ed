"""The migrations as files."""

from alembic.script import ScriptDirectory

from services.conversations.migrate import migrations_config
from services.conversations.migrations.sql import functions_digest


def test_the_newest_migration_names_the_functions_that_it_brings() -> None:
    """A changed function needs a new migration once the newest is released: until then, correct the digest."""
    scripts = ScriptDirectory.from_config(migrations_config())
    newest = scripts.get_revision("head")
    assert newest is not None
    assert newest.module.functions == functions_digest()
