"""Replies: messages and apply_commands() with the message that they answer. Only functions change."""

revision = "0013"
down_revision = "0012"
functions = "82c3c50643e1cf8f"  # the digest of those that it brings


def upgrade() -> None:
    """The functions follow the migrations."""
