"""Finds the address of the running system, and how its marketplace reaches it."""

import os
import subprocess

from deploy.native.credentials import load_or_create
from deploy.native.folders import REPOSITORY, Folders
from deploy.native.state import gateway_url, load

_GATEWAY, _GATEWAY_PORT = "web", "8080"  # as in docker-compose.yml
_COMPOSE_SECONDS = 10.0


def base_url() -> str:
    """MESSAGING_URL if set, else what `make up` or else `docker compose up` started; exits with a hint otherwise."""
    address = os.environ.get("MESSAGING_URL") or gateway_url() or _compose_url()
    if address is None:
        raise SystemExit("Nothing is running here. Start it with `make up`, or set MESSAGING_URL.")
    return address.rstrip("/")


def marketplace_access() -> tuple[str, str] | None:
    """CONVERSATIONS_URL and SERVICE_TOKEN if both are set, else those of what `make up` started; None elsewhere."""
    url, token = os.environ.get("CONVERSATIONS_URL"), os.environ.get("SERVICE_TOKEN")
    if url and token:
        return url.rstrip("/"), token
    folders = Folders.from_environment()
    if os.environ.get("MESSAGING_URL") or gateway_url() is None:
        return None
    return load(folders.state).urls["conversations"], load_or_create(folders.credentials).service_token


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
