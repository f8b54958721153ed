"""The gateway's container by itself: what its environment changes."""

import json
import time
from collections.abc import Callable, Iterator

import docker
import pytest
from docker.models.containers import Container

from marketplace_messaging.testing import Images

CLIENT = "203.0.113.9"
GET = f"GET / HTTP/1.0\\r\\nX-Forwarded-For: 198.51.100.1, {CLIENT}\\r\\n\\r\\n"

Start = Callable[[dict[str, str]], Container]


@pytest.fixture
def start(images: None) -> Iterator[Start]:
    """Starts one, hardened as docker-compose.yml does; it listens when this returns."""
    engine = docker.from_env()
    started: list[Container] = []

    def start_one(environment: dict[str, str]) -> Container:
        container = engine.containers.run(
            Images().of("web"),
            environment=environment,
            detach=True,
            read_only=True,
            cap_drop=["ALL"],
            tmpfs={"/tmp": ""},  # noqa: S108 - the container's own
        )
        started.append(container)
        return container

    yield start_one
    for container in started:
        container.remove(force=True)
    engine.close()


@pytest.mark.parametrize(("environment", "workers"), [({}, 4), ({"WEB_WORKERS": ""}, 4), ({"WEB_WORKERS": "2"}, 2)])
def test_the_number_of_workers_is_the_configured_one_on_any_machine(
    start: Start, environment: dict[str, str], workers: int
) -> None:
    container = start(environment)
    # In brackets, so that the words that look for it are not found.
    until(container, f"[ $(cat /proc/[0-9]*/cmdline | tr '\\0' '\\n' | grep -c 'nginx: [w]orker') = {workers} ]")


@pytest.mark.parametrize(
    ("trusted", "client"), [("", "127.0.0.1"), ("10.0.0.0/8", "127.0.0.1"), ("10.0.0.0/8,127.0.0.0/8", CLIENT)]
)
def test_the_client_address_is_taken_from_trusted_proxies_only(start: Start, trusted: str, client: str) -> None:
    """The last address before the trusted ones: what stands before it, anybody may have written."""
    container = start({"TRUSTED_PROXIES": trusted})
    until(container, f"exec 3<>/dev/tcp/127.0.0.1/8080 && printf '{GET}' >&3 && grep -q '200 OK' <&3")
    container.stop()
    lines = [json.loads(line) for line in container.logs(stderr=False).splitlines()]
    assert {line["client"] for line in lines} == {client}


def until(container: Container, script: str) -> None:
    deadline = time.monotonic() + 60
    while container.exec_run(["bash", "-c", script]).exit_code:
        assert time.monotonic() < deadline, f"never: {script}\n{container.logs().decode()}"
