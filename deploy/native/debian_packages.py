"""Packages of Debian and Ubuntu, unpacked instead of installed: no root, no service, nothing outside a folder."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path


class PackagesUnavailable(RuntimeError):
    """The packages could not be had; the text is what apt said."""


def have_apt() -> bool:
    """Does this machine have what is needed to download and unpack packages?"""
    return shutil.which("apt-get") is not None and shutil.which("dpkg-deb") is not None


def unpack(
    packages: Sequence[str], folder: Path, *, libraries_for: str | None = None, timeout_seconds: float | None = None
) -> Path:
    """Download packages into the folder and unpack them into one root folder, which is returned.

    `libraries_for` adds the shared libraries that installing this package would: a small machine lacks some. No call of
    apt takes longer than `timeout_seconds`. Raises PackagesUnavailable.
    """
    root = folder / "root"
    try:
        for package in _download(packages, folder, libraries_for, timeout_seconds):
            subprocess.run(["dpkg-deb", "-x", package, root], check=True)
    except subprocess.TimeoutExpired:
        raise PackagesUnavailable(f"no answer within {timeout_seconds:g} s") from None
    return root


def _download(
    packages: Sequence[str], folder: Path, libraries_for: str | None, timeout_seconds: float | None
) -> list[Path]:
    """Use the machine's own package sources, but lists and cache of our own: apt needs no root then."""
    for name in ("lists/partial", "cache/archives/partial", "packages"):
        (folder / name).mkdir(parents=True)
    apt = _apt(folder)
    # A broken third-party source fails the update and does no harm: the download decides.
    updated = subprocess.run([*apt, "update"], check=False, capture_output=True, text=True, timeout=timeout_seconds)
    libraries = [] if libraries_for is None else _missing_libraries(apt, libraries_for)
    downloaded = subprocess.run(
        [*apt, "download", *packages, *libraries],
        cwd=folder / "packages",
        check=False,
        capture_output=True,
        text=True,
        timeout=timeout_seconds,
    )
    if downloaded.returncode != 0:
        raise PackagesUnavailable(f"{updated.stderr}{downloaded.stderr}")
    return sorted((folder / "packages").glob("*.deb"))


def _apt(folder: Path) -> list[str]:
    options = {
        "Dir::State::lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "APT::Sandbox::User": "root",  # that is: do not switch to the account `_apt`
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled": "false",
        "Acquire::IndexTargets::deb-src::Sources::DefaultEnabled": "false",
    }
    return ["apt-get", "-q", *(word for key, value in options.items() for word in ("-o", f"{key}={value}"))]


def _missing_libraries(apt: list[str], package: str) -> list[str]:
    plan = subprocess.run(
        [*apt, "--simulate", "--no-install-recommends", "install", package],
        check=False,
        capture_output=True,
        text=True,
    )
    return re.findall(r"^Inst (lib\S+)", plan.stdout, flags=re.MULTILINE)
