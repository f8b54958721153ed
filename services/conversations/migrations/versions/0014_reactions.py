"""Reactions, by a database function."""

revision = "0014"
down_revision = "0013"
functions = "67ab80eab278a96f"  # the digest of those that it brings


def upgrade() -> None:
    """Functions are put in place after the migrations."""
