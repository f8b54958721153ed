"""Which of the systems that may be running the demo talks to."""

from pathlib import Path

import pytest

from deploy.demo import address


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `docker` that prints what is written to this file, on a machine where `make up` runs nothing."""
    answer = tmp_path / "answer"
    answer.touch()
    program = tmp_path / "docker"
    program.write_text(f'#!/bin/sh\n[ "$*" = "compose port web 8080" ] && /bin/cat {answer}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("MESSAGING_URL", raising=False)
    monkeypatch.setattr(address, "gateway_url", lambda: None)
    return answer


def test_what_compose_published_is_found(docker: Path) -> None:
    docker.write_text("127.0.0.1:8080\n")
    assert address.base_url() == "http://127.0.0.1:8080"


def test_what_make_up_started_comes_first(docker: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docker.write_text("127.0.0.1:8080\n")
    monkeypatch.setattr(address, "gateway_url", lambda: "http://localhost:8090/")
    assert address.base_url() == "http://localhost:8090"


def test_what_the_user_says_comes_before_all(docker: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docker.write_text("127.0.0.1:8080\n")
    monkeypatch.setenv("MESSAGING_URL", "https://messages.example.com/")
    assert address.base_url() == "https://messages.example.com"


@pytest.mark.usefixtures("docker")
def test_where_nothing_runs_one_is_told_what_to_do() -> None:
    with pytest.raises(SystemExit, match="make up"):
        address.base_url()


def test_without_docker_too(docker: Path) -> None:
    (docker.parent / "docker").unlink()
    with pytest.raises(SystemExit, match="make up"):
        address.base_url()
