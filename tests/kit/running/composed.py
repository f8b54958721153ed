"""A system that `docker compose` runs on this machine, as the browser tests see one."""

from collections.abc import Mapping
from dataclasses import dataclass

import docker
from docker.models.containers import Container

_PROJECT_LABEL = "com.docker.compose.project"
_NUMBER_LABEL = "com.docker.compose.container-number"  # the others are on images that Compose built, too
_SERVICE_LABEL = "com.docker.compose.service"
_PORT = 8080


@dataclass(frozen=True)
class ComposedService:
    """Reached at its container's own address, past the gateway: only this machine can do that."""

    name: str
    url: str
    container: Container

    def is_running(self) -> bool:
        self.container.reload()
        return self.container.status == "running"

    def start(self) -> None:
        self.container.start()

    def stop(self) -> None:
        self.container.stop()

    def kill(self) -> None:
        self.container.kill()


@dataclass(frozen=True)
class ComposedSystem:
    """The parts of `tests.kit.running.system.System` that do not need the servers."""

    conversations: ComposedService
    delivery: list[ComposedService]
    notifications: ComposedService
    gateway: ComposedService
    database_url: str
    service_token: str
    jwt_secret: str
    issuer: str
    audience: str


def composed_system(project: str) -> ComposedSystem:
    """The running system of a compose project, with the secrets that its containers were given."""
    client = docker.from_env()
    found = client.containers.list(filters={"label": [f"{_PROJECT_LABEL}={project}", _NUMBER_LABEL]})
    containers: dict[str, list[Container]] = {}
    for container in found:
        containers.setdefault(container.labels[_SERVICE_LABEL], []).append(container)
    if "web" not in containers:
        raise LookupError(f"no compose project {project!r} runs here: `docker compose up --wait` starts one")
    environment = _environment(containers["conversations"][0])
    return ComposedSystem(
        conversations=_service(containers["conversations"][0]),
        delivery=[_service(container) for container in containers["delivery"]],
        notifications=_service(containers["notifications"][0]),
        gateway=ComposedService("web", _published(containers["web"][0]), containers["web"][0]),
        database_url=environment["DATABASE_URL"].replace("@postgres:", f"@{_address(containers['postgres'][0])}:"),
        service_token=environment["SERVICE_TOKEN"],
        jwt_secret=environment["JWT_HS256_SECRET"],
        issuer=environment["JWT_ISSUER"],
        audience=environment["JWT_AUDIENCE"],
    )


def _service(container: Container) -> ComposedService:
    return ComposedService(str(container.name), f"http://{_address(container)}:{_PORT}", container)


def _address(container: Container) -> str:
    networks: Mapping[str, Mapping[str, str]] = container.attrs["NetworkSettings"]["Networks"]
    return next(network["IPAddress"] for network in networks.values())


def _published(container: Container) -> str:
    bindings = container.ports[f"{_PORT}/tcp"]
    assert bindings, "the gateway publishes no port"
    return f"http://127.0.0.1:{bindings[0]['HostPort']}"


def _environment(container: Container) -> dict[str, str]:
    return dict(entry.split("=", 1) for entry in container.attrs["Config"]["Env"])
