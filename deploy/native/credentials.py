"""The secrets of a stack on this machine: generated once, readable by their owner only."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

_SECRET_BYTES = 32


@dataclass(frozen=True)
class Credentials:
    service_token: str
    jwt_secret: str
    postgres_password: str
    rabbitmq_password: str


def load_or_create(path: Path) -> Credentials:
    if path.exists():
        return Credentials(**json.loads(path.read_text(encoding="utf-8")))
    made = Credentials(*(secrets.token_hex(_SECRET_BYTES) for _ in range(4)))
    write_private(path, json.dumps(asdict(made), indent=2))
    return made


def write_private(path: Path, text: str) -> None:
    """Replace the file atomically; others can never read it, not even during the write."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text + "\n")
    unfinished.replace(path)
