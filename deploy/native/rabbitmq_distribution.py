"""Finds RabbitMQ's programs: installed on this machine, or unpacked into a private folder.

On Debian and Ubuntu the distribution's own packages are downloaded and unpacked, not installed: no root, no
service, nothing outside the folder.
"""

import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from deploy.native.debian_packages import PackagesUnavailable, have_apt, library_folders, unpack
from deploy.native.folders import RABBITMQ_DOWNLOAD
from deploy.native.locks import exclusive
from deploy.native.progress import step

_DEBIAN_SCRIPTS = Path("/usr/lib/rabbitmq/bin")  # /usr/sbin has wrappers that insist on root or `rabbitmq`
_SYSTEM_FOLDERS = (
    *("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/opt/rabbitmq/sbin"),
    *(
        "/opt/homebrew/sbin",
        "/opt/homebrew/bin",
        "/opt/local/sbin",
        "/opt/local/bin",
    ),  # on the PATH of some shells only
)
_ERLANG_PARTS = (
    *("base", "asn1", "crypto", "eldap", "inets", "mnesia", "os-mon", "parsetools", "public-key"),
    *("runtime-tools", "ssl", "syntax-tools", "tools", "xmerl"),
)
_PACKAGES = ("rabbitmq-server", *(f"erlang-{part}" for part in _ERLANG_PARTS))

_HOW_TO_INSTALL = """RabbitMQ is not installed, and cannot be unpacked here without apt and dpkg. Do one of these:
  macOS:          brew install rabbitmq
  Fedora:         sudo dnf install rabbitmq-server
  Arch Linux:     sudo pacman -S rabbitmq
  anywhere else:  run a RabbitMQ of your own and set AMQP_URL=amqp://user:password@host:5672/"""

_SPACE_IN_PATH = (
    "RabbitMQ's own scripts do not work in a folder with a space in its path: {}\n"
    "Move the repository, install RabbitMQ, or set AMQP_URL to a broker of your own."
)


class RabbitNotAvailableError(RuntimeError):
    """RabbitMQ is not installed and cannot be fetched; the text says what to do."""


@dataclass(frozen=True)
class Distribution:
    """RabbitMQ's scripts, the folder of its Erlang, and the root of its packages when it was unpacked privately."""

    scripts: Path
    erlang: Path
    root: Path | None = None

    def environment(self) -> dict[str, str]:
        """The variables that make the scripts use the Erlang they belong to."""
        libraries = library_folders(self.root) if self.root else []
        return {
            "PATH": os.pathsep.join([str(self.erlang), os.environ.get("PATH", os.defpath)]),
            **({"LD_LIBRARY_PATH": os.pathsep.join(libraries)} if libraries else {}),
        }


def find_or_fetch(folder: Path = RABBITMQ_DOWNLOAD) -> Distribution:
    """The installed RabbitMQ, else the one unpacked in the folder, downloading it the first time."""
    installed = _installed()
    if installed:
        return installed
    target = folder.absolute() / "root"
    if " " in str(target):
        raise RabbitNotAvailableError(_SPACE_IN_PATH.format(target))
    with exclusive(folder / "lock"):  # test workers may call this concurrently
        if not target.exists():
            _fetch(target)
    return Distribution(scripts=_scripts(target), erlang=target / "usr/lib/erlang/bin", root=target)


def _installed() -> Distribution | None:
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *_SYSTEM_FOLDERS])
    server = shutil.which("rabbitmq-server", path=path)
    erlang = shutil.which("erl", path=path)
    if server is None or erlang is None:
        return None
    scripts = _DEBIAN_SCRIPTS if (_DEBIAN_SCRIPTS / "rabbitmq-server").exists() else Path(server).resolve().parent
    return Distribution(scripts=scripts, erlang=Path(erlang).parent)


def _fetch(target: Path) -> None:
    if not have_apt():
        raise RabbitNotAvailableError(_HOW_TO_INSTALL)
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        step("Downloading RabbitMQ from the distribution's packages (about 40 MB, the first time)"),
        tempfile.TemporaryDirectory(dir=target.parent, prefix="unfinished-") as folder,
    ):
        try:
            root = unpack(_PACKAGES, Path(folder), libraries_for="rabbitmq-server")
        except PackagesUnavailable as error:
            raise RabbitNotAvailableError(f"apt could not download RabbitMQ:\n{error}\n{_HOW_TO_INSTALL}") from None
        _make_relocatable(root)
        _drop_unused_plugins(root)
        root.rename(target)


def _make_relocatable(root: Path) -> None:
    """Debian's start scripts refer to /usr/lib/erlang; make them use their own location."""
    for name in ("erl", "start"):
        script = root / "usr/lib/erlang/bin" / name
        own_place = r'ROOTDIR="$(dirname "$(dirname "$(readlink -f "$0")")")"'
        script.write_text(script.read_text().replace("ROOTDIR=/usr/lib/erlang", own_place))


def _drop_unused_plugins(root: Path) -> None:
    """Keep only the broker's own applications: every further folder is searched for every module at every start."""
    plugins = _scripts(root).parent / "plugins"
    found = {folder.name.rpartition("-")[0]: folder for folder in plugins.iterdir() if folder.is_dir()}
    needed = _requirements("rabbit", found) | _requirements("rabbitmq_prelaunch", found)
    for name, folder in found.items():
        if "rabbit" in needed and name not in needed:
            shutil.rmtree(folder)


def _requirements(application: str, found: dict[str, Path]) -> set[str]:
    """The application and, transitively, all that its resource file requires."""
    needed: set[str] = set()
    waiting = [application]
    while waiting:
        name = waiting.pop()
        if name in found and name not in needed:
            needed.add(name)
            resource = (found[name] / "ebin" / f"{name}.app").read_text(encoding="utf-8")
            for listed in re.findall(r"applications\s*,\s*\[([^\]]*)\]", resource):
                waiting.extend(re.findall(r"\w+", listed))
    return needed


def _scripts(root: Path) -> Path:
    return next((root / "usr/lib/rabbitmq/lib").glob("rabbitmq_server-*")) / "sbin"
