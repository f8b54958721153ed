"""A limit of changes per message, and one beginning of all functions that change messages. Only functions change."""

revision = "0017"
down_revision = "0016"
functions = "2b39081e2f6c2b03"  # the digest of those that it brings


def upgrade() -> None:
    """The functions follow the migrations."""
