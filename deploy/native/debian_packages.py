"""Packages of Debian and Ubuntu, unpacked instead of installed: no root, no service, nothing outside a folder."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


class PackagesUnavailable(RuntimeError):
    """The packages could not be fetched; the text is apt's output."""


def have_apt() -> bool:
    """Whether this machine has the programs to download and unpack packages."""
    return shutil.which("apt-get") is not None and shutil.which("dpkg-deb") is not None


def unpack(
    packages: Sequence[str] | Callable[["Apt"], Sequence[str]],
    folder: Path,
    *,
    libraries_for: str | None = None,
    without: str = r"(?!)",
    timeout_seconds: float | None = None,
) -> Path:
    """Download packages into the folder and unpack them into one root folder, which is returned.

    `packages` may be a function that asks apt for names that differ between releases. `libraries_for` adds the shared
    libraries that installing this package would bring, except those that match `without`: a small machine lacks some.
    No call of apt takes longer than `timeout_seconds`. Raises PackagesUnavailable.
    """
    root = folder / "root"
    apt = Apt(folder, timeout_seconds)
    try:
        refused = apt.update()
        wanted = packages(apt) if callable(packages) else packages
        libraries = apt.missing_libraries(libraries_for, without) if libraries_for else []
        for package in apt.download([*wanted, *libraries], refused):
            subprocess.run(["dpkg-deb", "-x", package, root], check=True)
    except subprocess.TimeoutExpired:
        raise PackagesUnavailable(f"no answer within {timeout_seconds:g} s") from None
    return root


def library_folders(root: Path) -> list[str]:
    """The folders of shared libraries under the root of unpacked packages."""
    patterns = ("usr/lib/*/lib*.so.*", "lib/*/lib*.so.*")
    return sorted({str(library.parent) for pattern in patterns for library in root.glob(pattern)})


@dataclass(frozen=True)
class Apt:
    """Uses the machine's package sources with private lists and cache, so that apt does not need root."""

    folder: Path
    timeout_seconds: float | None

    def update(self) -> str:
        """Update the package lists; returns apt's error output.

        A broken third-party source is not an error here: the download fails if the package is missing.
        """
        for name in ("lists/partial", "cache/archives/partial", "packages"):
            (self.folder / name).mkdir(parents=True)
        return self._run("apt-get", "update").stderr

    def dependencies(self, package: str, pattern: str) -> list[str]:
        """This package's dependencies that match the pattern. Raises PackagesUnavailable."""
        shown = self._run("apt-cache", "depends", package)
        found = re.findall(rf"Depends: ({pattern})$", shown.stdout, flags=re.MULTILINE)
        if not found:
            raise PackagesUnavailable(shown.stderr or f"{package} depends on no package like {pattern}")
        return list(found)

    def missing_libraries(self, package: str, without: str) -> list[str]:
        """The shared libraries that installing the package would add."""
        plan = self._run("apt-get", "--simulate", "--no-install-recommends", "install", package)
        named = re.findall(r"^Inst (lib\S+)", plan.stdout, flags=re.MULTILINE)
        return [name for name in named if not re.match(without, name)]

    def download(self, packages: Sequence[str], refused: str) -> list[Path]:
        """Download the packages' files. Raises PackagesUnavailable."""
        downloaded = self._run("apt-get", "download", *packages)
        if downloaded.returncode != 0:
            raise PackagesUnavailable(f"{refused}{downloaded.stderr}")
        return sorted((self.folder / "packages").glob("*.deb"))

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        options = {
            "Dir::State::lists": self.folder / "lists",
            "Dir::Cache": self.folder / "cache",
            "APT::Sandbox::User": "root",  # that is: do not switch to the account `_apt`
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
            "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled": "false",
            "Acquire::IndexTargets::deb-src::Sources::DefaultEnabled": "false",
        }
        set_options = [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
        return subprocess.run(
            [program, "-q", *set_options, *arguments],
            cwd=self.folder / "packages",
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, "LC_ALL": "C"},  # its output is parsed
            timeout=self.timeout_seconds,
        )
