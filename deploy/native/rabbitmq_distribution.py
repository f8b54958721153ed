"""Where RabbitMQ's programs are: installed on this machine, or unpacked into a private folder.

On Debian and Ubuntu the distribution's own packages are downloaded and unpacked, not installed: no root, no
service, nothing outside the folder.
"""

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from deploy.native.folders import RABBITMQ_DOWNLOAD
from deploy.native.locks import exclusive
from deploy.native.progress import step

_DEBIAN_SCRIPTS = Path("/usr/lib/rabbitmq/bin")  # /usr/sbin has wrappers that insist on root or `rabbitmq`
_SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/opt/homebrew/sbin", "/opt/rabbitmq/sbin")
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
    """There is no RabbitMQ here and none can be fetched; the text says what to do."""


@dataclass(frozen=True)
class Distribution:
    """RabbitMQ's scripts and, when it was unpacked privately, the root folder of its packages."""

    scripts: Path
    root: Path | None = None

    def environment(self) -> dict[str, str]:
        """The variables that make the scripts use the Erlang they belong to."""
        if self.root is None:
            return {"PATH": os.environ.get("PATH", os.defpath)}
        libraries = sorted({str(library.parent) for library in self.root.rglob("usr/lib/*/lib*.so.*")})
        return {
            "PATH": f"{self.root}/usr/lib/erlang/bin:{os.environ.get('PATH', os.defpath)}",
            **({"LD_LIBRARY_PATH": ":".join(libraries)} if libraries else {}),
        }


def find_or_fetch(folder: Path = RABBITMQ_DOWNLOAD) -> Distribution:
    """The installed RabbitMQ, else the one unpacked in the folder, downloading it the first time."""
    installed = _installed()
    if installed:
        return installed
    target = folder.absolute() / "root"
    if " " in str(target):
        raise RabbitNotAvailableError(_SPACE_IN_PATH.format(target))
    with exclusive(folder / "lock"):  # test workers may ask together
        if not target.exists():
            _fetch(target)
    return Distribution(scripts=_scripts(target), root=target)


def _installed() -> Distribution | None:
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *_SYSTEM_FOLDERS])
    server = shutil.which("rabbitmq-server", path=path)
    if server is None or shutil.which("erl", path=path) is None:
        return None
    if (_DEBIAN_SCRIPTS / "rabbitmq-server").exists():
        return Distribution(scripts=_DEBIAN_SCRIPTS)
    return Distribution(scripts=Path(server).resolve().parent)


def _fetch(target: Path) -> None:
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise RabbitNotAvailableError(_HOW_TO_INSTALL)
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        step("Downloading RabbitMQ from the distribution's packages (about 40 MB, the first time)"),
        tempfile.TemporaryDirectory(dir=target.parent, prefix="unfinished-") as folder,
    ):
        packages = _download(Path(folder))
        root = Path(folder) / "root"
        for package in packages:
            subprocess.run(["dpkg-deb", "-x", package, root], check=True)
        _make_relocatable(root)
        _drop_unused_plugins(root)
        root.rename(target)


def _download(folder: Path) -> list[Path]:
    """Download with the machine's own package sources, but with lists and cache of our own: apt needs no root then."""
    for name in ("lists/partial", "cache/archives/partial", "packages"):
        (folder / name).mkdir(parents=True)
    options = {
        "Dir::State::lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "APT::Sandbox::User": "root",  # that is: do not switch to the account `_apt`
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled": "false",
        "Acquire::IndexTargets::deb-src::Sources::DefaultEnabled": "false",
    }
    apt = ["apt-get", "-q", *(word for key, value in options.items() for word in ("-o", f"{key}={value}"))]
    # A broken third-party source fails the update and does no harm: the download decides.
    updated = subprocess.run([*apt, "update"], check=False, capture_output=True, text=True)
    downloaded = subprocess.run(
        [*apt, "download", *_PACKAGES, *_missing_libraries(apt)],
        cwd=folder / "packages",
        check=False,
        capture_output=True,
        text=True,
    )
    if downloaded.returncode != 0:
        raise RabbitNotAvailableError(
            f"apt could not download RabbitMQ:\n{updated.stderr}{downloaded.stderr}\n{_HOW_TO_INSTALL}"
        )
    return sorted((folder / "packages").glob("*.deb"))


def _missing_libraries(apt: list[str]) -> list[str]:
    """The shared libraries that an installation would add: a small machine lacks some that Erlang needs."""
    plan = subprocess.run(
        [*apt, "--simulate", "--no-install-recommends", "install", "rabbitmq-server"],
        check=False,
        capture_output=True,
        text=True,
    )
    return re.findall(r"^Inst (lib\S+)", plan.stdout, flags=re.MULTILINE)


def _make_relocatable(root: Path) -> None:
    """Debian's start scripts name /usr/lib/erlang; let them look where they are themselves."""
    for name in ("erl", "start"):
        script = root / "usr/lib/erlang/bin" / name
        own_place = r'ROOTDIR="$(dirname "$(dirname "$(readlink -f "$0")")")"'
        script.write_text(script.read_text().replace("ROOTDIR=/usr/lib/erlang", own_place))


def _drop_unused_plugins(root: Path) -> None:
    """Keep what the broker itself is made of: each further folder is searched for every module at every start."""
    plugins = _scripts(root).parent / "plugins"
    found = {folder.name.rpartition("-")[0]: folder for folder in plugins.iterdir() if folder.is_dir()}
    needed = _requirements("rabbit", found) | _requirements("rabbitmq_prelaunch", found)
    for name, folder in found.items():
        if "rabbit" in needed and name not in needed:
            shutil.rmtree(folder)


def _requirements(application: str, found: dict[str, Path]) -> set[str]:
    """The application and all that its resource file, and theirs in turn, say it needs."""
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
