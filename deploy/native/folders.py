"""The folders where the runner keeps its files, within one ignored folder of the repository."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from deploy.native.account import Account, unprivileged_account

REPOSITORY = Path(__file__).resolve().parents[2]
RABBITMQ_DOWNLOAD = REPOSITORY / ".local" / "rabbitmq"  # shared by every stack of the repository and its tests
POSTGRES_DOWNLOAD = REPOSITORY / ".local" / "postgres"  # likewise
WHEELS_LOCK = REPOSITORY / ".local" / "wheels.lock"
_FOLDER_VARIABLE = "MESSAGING_LOCAL"
_SYSTEM_FALLBACK = Path("/var/lib/marketplace-messaging")


@dataclass(frozen=True)
class Folders:
    """The paths under one local folder."""

    local: Path

    @classmethod
    def from_environment(cls) -> "Folders":
        """`.local` of the repository, or the folder in MESSAGING_LOCAL, which allows a second stack."""
        return cls(Path(os.environ.get(_FOLDER_VARIABLE) or REPOSITORY / ".local").absolute())

    @property
    def run(self) -> Path:
        return self.local / "run"

    @property
    def state(self) -> Path:
        return self.run / "state.json"

    @property
    def lock(self) -> Path:
        return self.run / "lock"

    @property
    def logs(self) -> Path:
        return self.local / "logs"

    @property
    def credentials(self) -> Path:
        return self.local / "credentials.json"

    @property
    def rabbitmq_data(self) -> Path:
        return self.local / "data" / "rabbitmq"

    @property
    def postgres_data(self) -> Path:
        return self._postgres_home / "postgres"

    @property
    def postgres_binaries(self) -> Path:
        return self._postgres_home / "postgres-binaries"

    def data(self) -> list[Path]:
        """The folder that a reset deletes."""
        return [self.local / "data", self.postgres_data, self.logs, self.credentials]

    @property
    def _postgres_home(self) -> Path:
        return _home_for(self.local / "data", unprivileged_account())


def _home_for(wanted: Path, account: Account | None) -> Path:
    """The requested folder; or one under /var/lib if root runs this and PostgreSQL's account cannot reach it."""
    if account is None or account.can_enter(wanted):
        return wanted
    return _SYSTEM_FALLBACK / hashlib.sha256(str(wanted).encode()).hexdigest()[:12]
