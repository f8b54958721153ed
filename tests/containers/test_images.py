"""What is in the images, and what is not."""

import os
from collections.abc import Iterator

import docker
import pytest

from marketplace_messaging.testing import Images

SERVICES = ("conversations", "delivery", "notifications")
ALL = (*SERVICES, "web", "demo-data")
BUILD_TOOLS = "gcc cc g++ make ld pip pip3 npm node git"
MOST_MEGABYTES = {"conversations": 140, "delivery": 80, "notifications": 80, "web": 10, "demo-data": 10}
"""On top of the base image, which is chosen by whoever builds."""


@pytest.fixture(scope="module")
def engine(images: None) -> Iterator[docker.DockerClient]:
    client = docker.from_env()
    yield client
    client.close()


def _run(engine: docker.DockerClient, part: str, script: str, *, user: str | None = None) -> str:
    """What a shell prints in a fresh container, hardened as docker-compose.yml does."""
    printed = engine.containers.run(
        Images().of(part),
        ["-c", script],
        entrypoint="sh",
        user=user,
        remove=True,
        read_only=True,
        cap_drop=["ALL"],
        network_mode="none",
    )
    assert isinstance(printed, bytes)
    return printed.decode()


@pytest.mark.parametrize("part", ALL)
def test_it_runs_as_an_arbitrary_unprivileged_user(engine: docker.DockerClient, part: str) -> None:
    assert engine.images.get(Images().of(part)).attrs["Config"]["User"] == "10001:10001"
    assert _run(engine, part, "id -u").strip() == "10001"


@pytest.mark.parametrize("part", ALL)
def test_it_has_no_build_tools_and_no_caches(engine: docker.DockerClient, part: str) -> None:
    tools = _run(engine, part, f"for tool in {BUILD_TOOLS}; do command -v $tool; done; true")
    assert tools == ""
    cached = _run(engine, part, "find /root/.cache /root/.npm /tmp -mindepth 1 2>/dev/null; true", user="0:0")
    assert cached == ""


@pytest.mark.parametrize("part", SERVICES)
def test_it_has_one_service_and_its_packages(engine: docker.DockerClient, part: str) -> None:
    listing = _run(engine, part, "find /app -mindepth 1 -maxdepth 2 -not -path '*__pycache__*' | sort").split()
    assert [path for path in listing if path.startswith("/app/services/")] == [f"/app/services/{part}"]
    assert {"/app/chassis", "/app/contracts", "/app/healthcheck.py", "/app/services"} == {
        path for path in listing if path.count("/") == 2
    }
    packages = _run(engine, part, "ls /opt/venv/lib/python3*/site-packages").split()
    assert ("asyncpg" in packages) == (part == "conversations")
    assert not {"pytest", "pip", "testcontainers"} & set(packages)


@pytest.mark.parametrize("part", ALL)
def test_its_user_cannot_change_its_files(engine: docker.DockerClient, part: str) -> None:
    where = "/usr/share/nginx /etc/nginx" if part == "web" else "/app /opt"
    assert _run(engine, part, f"find {where} -writable -not -type l 2>/dev/null; true") == ""


@pytest.mark.parametrize("part", ALL)
def test_it_has_labels_and_a_health_check(engine: docker.DockerClient, part: str) -> None:
    config = engine.images.get(Images().of(part)).attrs["Config"]
    assert config["Labels"]["org.opencontainers.image.title"] == part
    assert config["Labels"]["org.opencontainers.image.version"] == Images().version
    check = config["Healthcheck"]["Test"]
    assert check[0] == ("NONE" if part == "demo-data" else "CMD")


@pytest.mark.parametrize("part", ALL)
def test_its_environment_configures_nothing(engine: docker.DockerClient, part: str) -> None:
    """No secret, and no choice that is the operator's."""
    config = engine.images.get(Images().of(part)).attrs["Config"]
    names = {entry.partition("=")[0] for entry in config["Env"]}
    words = ("SECRET", "TOKEN", "PASSWORD", "DATABASE_URL", "AMQP_URL", "JWT", "ENVIRONMENT", "DEV_LOGIN")
    assert not [name for name in names if any(word in name for word in words)]


@pytest.mark.parametrize("part", ALL)
def test_it_is_small(engine: docker.DockerClient, part: str) -> None:
    variable, default = ("NGINX_IMAGE", "nginx:stable") if part == "web" else ("PYTHON_IMAGE", "python:3.13-slim")
    base = engine.images.get(os.environ.get(variable) or default)
    own = engine.images.get(Images().of(part)).attrs["Size"] - base.attrs["Size"]
    assert own / 1e6 < MOST_MEGABYTES[part]
