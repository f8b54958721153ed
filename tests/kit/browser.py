"""A Chromium for the tests: the one that is here, else one that is fetched."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypedDict

from deploy.native.folders import REPOSITORY
from deploy.native.locks import exclusive
from deploy.native.progress import step

_VARIABLE = "CHROMIUM"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_LOCK = REPOSITORY / ".local" / "run" / "browser.lock"
_DEBIAN_PACKAGES = ("chromium", "fonts-dejavu-core", "fonts-noto-color-emoji")
_APT_LISTS = Path("/var/lib/apt/lists")
_PATH_OF_PLAYWRIGHT = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""
# A test browser talks to the system under test and to nobody else.
_QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")

_HOW_TO_INSTALL = """No Chromium was found, and none could be installed. Do one of these:
  Debian:         sudo apt-get install chromium
  anywhere else:  .local/venv/bin/python -m playwright install chromium
or set CHROMIUM to the program of a Chromium or Chrome of your own. What was tried:
{}"""


class BrowserNotAvailableError(RuntimeError):
    """There is no Chromium here and none can be fetched; the text says what to do."""


class LaunchOptions(TypedDict):
    """The arguments of Playwright's `launch`."""

    executable_path: str
    args: list[str]
    chromium_sandbox: bool


def launch_options() -> LaunchOptions:
    """How to start the browser. Chromium's sandbox refuses root, and only for root it is off."""
    return LaunchOptions(executable_path=find_or_install(), args=list(_QUIET), chromium_sandbox=os.geteuid() != 0)


def find_or_install() -> str:
    """The program of a Chromium that starts: CHROMIUM, one of PATH, or Playwright's; installed when there is none."""
    chosen = os.environ.get(_VARIABLE)
    if chosen:
        return _require(chosen)
    with exclusive(_LOCK):  # test workers may ask together
        return _find() or _install()


def _require(program: str) -> str:
    if not _starts(program):
        raise BrowserNotAvailableError(f"{_VARIABLE} names {program}, which is no Chromium that starts.")
    return program


def _find() -> str | None:
    candidates = (shutil.which(name) for name in _NAMES)
    return next((found for found in candidates if found and _starts(found)), None) or _find_playwrights()


def _find_playwrights() -> str | None:
    shown = subprocess.run([sys.executable, "-c", _PATH_OF_PLAYWRIGHT], check=False, capture_output=True, text=True)
    program = shown.stdout.strip()
    return program if program and _starts(program) else None


def _starts(program: str) -> bool:
    """Whether it can say its version; Ubuntu's `chromium-browser` only tells that one should install a snap."""
    try:
        shown = subprocess.run([program, "--version"], check=False, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return shown.returncode == 0 and shown.stdout.startswith(("Chromium", "Google Chrome"))


def _install() -> str:
    """By the first way that ends with a browser that starts."""
    failures = []
    for install in (_install_debian_package, _install_playwrights):
        failure = install()
        found = _find()
        if found:
            return found
        failures.append(f"  {failure or 'installed, but it does not start'}")
    raise BrowserNotAvailableError(_HOW_TO_INSTALL.format("\n".join(failures)))


def _install_debian_package() -> str | None:
    """Install the distribution's package; on failure, say why."""
    as_root = _as_root()
    if shutil.which("apt-get") is None or as_root is None:
        return "apt-get: not here, or not allowed without a password"
    apt = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
    install = [*apt, "install", "--no-install-recommends", *_DEBIAN_PACKAGES]
    with step("Installing Chromium for the browser tests (about a minute, the first time)"):
        if any(_APT_LISTS.glob("*_Packages*")) and _run(install) is None:
            return None
        # No lists, or they name packages that were replaced since. A broken source does no harm: the next step decides.
        _run([*apt, "update"])
        return _run(install)


def _install_playwrights() -> str | None:
    """Download Playwright's own, with the libraries it needs where that is allowed; on failure, say why."""
    with_libraries = ["--with-deps"] if shutil.which("apt-get") and _as_root() is not None else []
    playwright = [sys.executable, "-m", "playwright", "install"]
    with step("Downloading Chromium for the browser tests (about 200 MB, the first time)"):
        return _first_success(
            lambda: _run([*playwright, *with_libraries, "chromium"]), lambda: _run([*playwright, "chromium"])
        )


def _first_success(*attempts: Callable[[], str | None]) -> str | None:
    failure = None
    for attempt in attempts:
        failure = attempt()
        if failure is None:
            return None
    return failure


def _as_root() -> list[str] | None:
    """What to put before a command that needs root; None when root is out of reach."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and _run(["sudo", "-n", "true"]) is None:
        return ["sudo", "-n"]
    return None


def _run(command: Sequence[str]) -> str | None:
    """None when it succeeds, else the command and the end of what it said."""
    done = subprocess.run(
        command, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return None if done.returncode == 0 else f"{' '.join(command)}: {done.stdout.strip()[-600:]}"
