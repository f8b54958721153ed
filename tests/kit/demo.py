"""The demo as a test watches it, and what of it must not be in any log."""

import os
import subprocess
import sys
from collections.abc import Iterable

from deploy.demo.play import SCRIPT
from deploy.native.folders import REPOSITORY

_TOKEN = "eyJ"  # how every JWT begins, for its header is a JSON object


def watch_demo(url: str) -> None:
    """Let two people talk there; it fails unless both see every message once and in order."""
    done = subprocess.run(
        [sys.executable, "-m", "deploy.demo.play"],
        cwd=REPOSITORY,
        env={**os.environ, "MESSAGING_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def find_private(logs: str, *, secrets: Iterable[str]) -> list[str]:
    """The secrets, and what the demo's people wrote and proved themselves with, as far as the logs tell."""
    return [private for private in [*secrets, _TOKEN, *(text for _, text in SCRIPT)] if private in logs]
