"""Native servers or containers: what decides, and what is said when containers are out of reach."""

import time
from collections.abc import Iterator

import pytest

from tests.kit.running import containers, servers


@pytest.fixture(autouse=True)
def undecided(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No decision of this run counts here, and none made here counts later."""
    monkeypatch.delenv(servers.VARIABLE, raising=False)
    servers.choice.cache_clear()
    yield
    servers.choice.cache_clear()


def test_a_wrong_word_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(servers.VARIABLE, "docker")
    with pytest.raises(ValueError, match=r"'docker'.*auto, native or containers"):
        servers.choice()


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("unix:///nowhere/docker.sock", "the Docker engine does not answer"),
        ("tcp://docker.example:2375", "is not on this machine"),
    ],
)
def test_without_an_engine_servers_are_native_at_once(monkeypatch: pytest.MonkeyPatch, host: str, reason: str) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    began = time.monotonic()
    chosen = servers.choice()
    assert chosen.kind == "native"
    assert reason in chosen.reason
    assert "\n" not in chosen.reason
    assert time.monotonic() - began < containers._ANSWER_SECONDS


def test_demanding_containers_without_an_engine_explains_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(servers.VARIABLE, "containers")
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    with pytest.raises(containers.EngineUnusable, match="does not answer"):
        servers.choice()
