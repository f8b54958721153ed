"""Which migrations this code has. The service asks without loading Alembic, which only `migrate` needs."""

from pathlib import Path

folder = Path(__file__).parent


def newest_revision() -> str:
    """The newest migration in this code. Revisions are numbers of equal length, with which the files' names begin."""
    return max(path.name.partition("_")[0] for path in (folder / "versions").glob("[0-9]*.py"))
