"""Where Prometheus is looked for, and what is said where there is none."""

from pathlib import Path

import pytest

from tests.kit.running.prometheus_distribution import VARIABLE, PrometheusNotAvailable, find_or_fetch


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With both programs in it."""
    found = tmp_path / "found"
    found.mkdir()
    for name in ("prometheus", "promtool"):
        (found / name).write_text("#!/bin/sh\n")
        (found / name).chmod(0o755)
    return found


def test_the_folder_that_is_named_is_used(monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(folder))
    assert find_or_fetch(tmp_path / "download").promtool == folder / "promtool"


def test_else_what_is_installed(monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(folder))
    assert find_or_fetch(tmp_path / "download").prometheus == folder / "prometheus"


def test_a_folder_without_it_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with pytest.raises(PrometheusNotAvailable, match=VARIABLE):
        find_or_fetch(tmp_path / "download")


def test_without_apt_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PrometheusNotAvailable, match=f"PATH.*{VARIABLE}"):
        find_or_fetch(tmp_path / "download")
