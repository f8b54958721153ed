"""Messages of the marketplace itself: a third role among the senders."""

from alembic import op

revision = "0015"
down_revision = "0014"
functions = "51e13322659f22d2"  # the digest of those that it brings


def upgrade() -> None:
    op.execute("ALTER TYPE participant_role ADD VALUE IF NOT EXISTS 'system'")
