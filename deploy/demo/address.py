"""Finds the address of the running system."""

import os
import subprocess

from deploy.native.folders import REPOSITORY
from deploy.native.state import gateway_url

_GATEWAY, _GATEWAY_PORT = "web", "8080"  # as in docker-compose.yml
_COMPOSE_SECONDS = 10.0


def base_url() -> str:
    """MESSAGING_URL if set, else what `make up` or else `docker compose up` started; exits with a hint otherwise."""
    address = os.environ.get("MESSAGING_URL") or gateway_url() or _compose_url()
    if address is None:
        raise SystemExit("Nothing is running here. Start it with `make up`, or set MESSAGING_URL.")
    return address.rstrip("/")


def _compose_url() -> str | None:
    """None without Docker, or if nothing is running."""
    command = ["docker", "compose", "port", _GATEWAY, _GATEWAY_PORT]
    try:
        answer = subprocess.run(
            command, cwd=REPOSITORY, capture_output=True, text=True, timeout=_COMPOSE_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    published = answer.stdout.strip()
    return f"http://{published}" if published else None
