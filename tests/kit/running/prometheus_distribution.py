"""Where Prometheus's programs are: named, installed, or unpacked from the distribution's packages."""

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from deploy.native.debian_packages import PackagesUnavailable, have_apt, unpack
from deploy.native.folders import REPOSITORY
from deploy.native.locks import exclusive

VARIABLE = "PROMETHEUS_FOLDER"
DOWNLOAD = REPOSITORY / ".local" / "prometheus"
DOWNLOAD_SECONDS = 60.0  # nothing that must work depends on it: better without than late


class PrometheusNotAvailable(Exception):
    """There is none, and none can be had; the text says why."""


@dataclass(frozen=True)
class Programs:
    """The server, and the tool that checks its files."""

    prometheus: Path
    promtool: Path


def find_or_fetch(download: Path = DOWNLOAD) -> Programs:
    """Those of the folder that PROMETHEUS_FOLDER names, else those on PATH, else downloaded (about 20 MB, once)."""
    named = os.environ.get(VARIABLE)
    found = _programs(named or os.environ.get("PATH", os.defpath))
    if found is not None:
        return found
    if named:
        raise PrometheusNotAvailable(f"{VARIABLE} is {named}, and that folder lacks prometheus or promtool")
    return _fetched(download)


def _programs(path: str) -> Programs | None:
    prometheus, promtool = (shutil.which(name, path=path) for name in ("prometheus", "promtool"))
    return Programs(Path(prometheus), Path(promtool)) if prometheus and promtool else None


def _fetched(download: Path) -> Programs:
    root = download / "root"
    with exclusive(download / "lock"):  # test workers may ask together
        if not root.exists():
            _fetch(root)
    found = _programs(str(root / "usr" / "bin"))
    if found is None:
        raise PrometheusNotAvailable("the distribution's package has no prometheus or no promtool")
    return found


def _fetch(root: Path) -> None:
    if not have_apt():
        raise PrometheusNotAvailable(f"it is not installed: put it on PATH, or name its folder in {VARIABLE}")
    with tempfile.TemporaryDirectory(dir=root.parent, prefix="unfinished-") as folder:
        try:
            unpack(["prometheus"], Path(folder), timeout_seconds=DOWNLOAD_SECONDS).rename(root)
        except PackagesUnavailable as error:
            raise PrometheusNotAvailable(f"apt could not download it: {error}") from None
