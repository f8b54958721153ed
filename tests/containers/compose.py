"""One compose project: the file of the repository under a name, a port and secrets of its own."""

import contextlib
import os
import secrets
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker

from deploy.native.folders import REPOSITORY
from deploy.native.ports import free_port

_UP_SECONDS = 300.0
_PROFILES = ("demo", "monitoring")
_SECRETS = ("POSTGRES_PASSWORD", "RABBITMQ_PASSWORD", "SERVICE_TOKEN", "JWT_HS256_SECRET")


@dataclass
class Project:
    """Its name, its environment and what one does with it."""

    name: str
    environment: dict[str, str]
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def secrets(self) -> list[str]:
        """What must not appear anywhere."""
        return [self.environment[name] for name in _SECRETS]

    def run(self, *arguments: str) -> str:
        """`docker compose …` in this project; what it printed. Raises with it on failure."""
        done = subprocess.run(
            ["docker", "compose", "--project-name", self.name, "--env-file", os.devnull, *arguments],
            cwd=REPOSITORY,
            env={**_without_choices(os.environ), **self.environment, "PUBLISH": f"127.0.0.1:{self.port}"},
            capture_output=True,
            text=True,
            check=False,
            timeout=_UP_SECONDS,
        )
        if done.returncode:
            raise RuntimeError(f"docker compose {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def wipe(self) -> None:
        """As documented: every profile is named, for what chose one at the start may be gone from the environment."""
        self.environment.pop("COMPOSE_PROFILES", None)
        self.run(*(word for name in _PROFILES for word in ("--profile", name)), "down", "--volumes")

    def left(self) -> list[str]:
        """Containers, volumes and networks of the project."""
        label: dict[str, Any] = {"label": f"com.docker.compose.project={self.name}"}
        with contextlib.closing(docker.from_env()) as client:
            return [
                *(str(container.name) for container in client.containers.list(all=True, filters=label)),
                *(str(volume.name) for volume in client.volumes.list(filters=label)),
                *(str(network.name) for network in client.networks.list(filters=label)),
            ]


@contextlib.contextmanager
def project(**environment: str) -> Iterator[Project]:
    """A project that is up for the length of the block; `environment` adds to its variables."""
    opened = new_project(**environment)
    try:
        opened.run("up", "--wait", "--no-build")
        yield opened
    finally:
        opened.wipe()


def new_project(**environment: str) -> Project:
    made = {name: secrets.token_hex(32) for name in _SECRETS}
    identity = {"JWT_ISSUER": "https://marketplace.test", "JWT_AUDIENCE": "messaging"}
    return Project(f"messaging-test-{secrets.token_hex(4)}", {**made, **identity, **environment})


def build_images() -> None:
    """All of them, as docker-compose.yml names them."""
    nothing = dict.fromkeys((*_SECRETS, "JWT_ISSUER", "JWT_AUDIENCE"), "unused")
    Project("messaging-test", nothing).run("--profile", "demo", "build")


def _without_choices(environ: Mapping[str, str]) -> dict[str, str]:
    """Without the variables that docker-compose.yml reads: those of a developer's shell are not the tests'."""
    example = Path(REPOSITORY, ".env.example").read_text(encoding="utf-8")
    chosen = {line.lstrip("#").partition("=")[0] for line in example.splitlines() if "=" in line}
    images = {name for name in chosen if name.endswith("_IMAGE")}
    return {name: value for name, value in environ.items() if name not in chosen - images}
