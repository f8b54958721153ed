"""Programs that come as Python wheels: installed into this environment when they are first needed.

They are not in `requirements/up.txt`: pip rejects a whole list if one wheel in it has no build for the machine.
"""

import importlib.metadata
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from packaging.tags import platform_tags

from deploy.native.folders import REPOSITORY, WHEELS_LOCK
from deploy.native.locks import exclusive
from deploy.native.progress import step


class WheelNotInstalled(RuntimeError):
    """pip could not install it; the text is pip's output."""


@dataclass(frozen=True)
class Wheel:
    """A pinned package of `requirements/<package>.txt`, the module it installs, and the platforms it is built for."""

    package: str
    module: str
    platforms: frozenset[str]
    what: str

    @property
    def requirements(self) -> Path:
        return REPOSITORY / "requirements" / f"{self.package}.txt"

    def fits(self, platforms: Iterable[str] | None = None) -> bool:
        """Whether one of its builds runs on this machine, or on one that accepts these platform tags."""
        return not self.platforms.isdisjoint(platform_tags() if platforms is None else platforms)

    def folder(self) -> Path | None:
        """The folder of its module; None if it is not installed."""
        importlib.invalidate_caches()
        found = importlib.util.find_spec(self.module)
        return Path(found.origin).parent if found and found.origin else None

    def installed(self) -> Path:
        """Its folder; installs the pinned version first if it is missing. Raises WheelNotInstalled."""
        with exclusive(WHEELS_LOCK):  # test workers may call this concurrently
            if self._version() != self._pinned():
                self._install()
        folder = self.folder()
        if folder is None:
            raise WheelNotInstalled(f"{self.package} has no module {self.module}")
        return folder

    def _install(self) -> None:
        arguments = ["--require-hashes", "--no-deps", "--only-binary=:all:", "-r", str(self.requirements)]
        with step(f"Installing {self.what} as a Python wheel"):
            done = subprocess.run(
                [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", *arguments],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        if done.returncode != 0 and self._version() is None:  # an older version is better than none
            raise WheelNotInstalled(done.stdout.strip()[-1000:])

    def _version(self) -> str | None:
        try:
            return importlib.metadata.version(self.package)
        except importlib.metadata.PackageNotFoundError:
            return None

    def _pinned(self) -> str:
        found = re.search(rf"^{self.package}==(\S+)", self.requirements.read_text(encoding="utf-8"), re.MULTILINE)
        if found is None:
            raise ValueError(f"{self.requirements} does not name {self.package}")
        return found[1]
