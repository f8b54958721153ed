"""Which parts of an unpacked RabbitMQ are kept."""

from pathlib import Path

import pytest

from deploy.native import rabbitmq_distribution
from deploy.native.rabbitmq_distribution import (
    RabbitNotAvailableError,
    _drop_unused_plugins,
    _make_relocatable,
    find_or_fetch,
)


def _application(plugins: Path, name: str, needs: str) -> Path:
    folder = plugins / f"{name}-1.2.3"
    (folder / "ebin").mkdir(parents=True)
    (folder / "ebin" / f"{name}.app").write_text(f"{{application, {name}, [{{applications, [{needs}]}}]}}.")
    return folder


def test_plugins_the_broker_does_not_need_are_dropped(tmp_path: Path) -> None:
    server = tmp_path / "usr/lib/rabbitmq/lib/rabbitmq_server-1.2.3"
    (server / "sbin").mkdir(parents=True)
    kept = [
        _application(server / "plugins", "rabbit", "kernel, rabbit_common,\n   ranch"),
        _application(server / "plugins", "rabbit_common", "stdlib, recon"),
        _application(server / "plugins", "ranch", "ssl"),
        _application(server / "plugins", "recon", "kernel"),
        _application(server / "plugins", "rabbitmq_prelaunch", "rabbit_common"),
    ]
    dropped = _application(server / "plugins", "rabbitmq_management", "rabbit, cowboy")
    _drop_unused_plugins(tmp_path)
    assert all(folder.exists() for folder in kept)
    assert not dropped.exists()


def test_start_scripts_find_erlang_where_they_are(tmp_path: Path) -> None:
    scripts = tmp_path / "usr/lib/erlang/bin"
    scripts.mkdir(parents=True)
    for name in ("erl", "start"):
        (scripts / name).write_text("#!/bin/sh\nROOTDIR=/usr/lib/erlang\n")
    _make_relocatable(tmp_path)
    assert "ROOTDIR=/usr" not in (scripts / "erl").read_text()


@pytest.fixture
def not_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine whose search path has no RabbitMQ and no apt."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(rabbitmq_distribution, "_SYSTEM_FOLDERS", ())


def test_without_apt_the_message_says_what_to_install(not_installed: None, tmp_path: Path) -> None:
    with pytest.raises(RabbitNotAvailableError, match=r"(?s)brew install rabbitmq.*AMQP_URL"):
        find_or_fetch(tmp_path / "rabbitmq")


def test_a_space_in_the_path_is_named(not_installed: None, tmp_path: Path) -> None:
    with pytest.raises(RabbitNotAvailableError, match="my shop"):
        find_or_fetch(tmp_path / "my shop")


def test_an_installed_one_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(rabbitmq_distribution, "_DEBIAN_SCRIPTS", tmp_path / "none")
    _programs(tmp_path, "rabbitmq-server", "erl")
    monkeypatch.setenv("PATH", str(tmp_path))
    found = find_or_fetch(tmp_path / "rabbitmq")
    assert (found.scripts, found.root) == (tmp_path.resolve(), None)
    assert not (tmp_path / "rabbitmq").exists()


def test_one_that_homebrew_installed_is_found_by_a_shell_without_its_path(
    not_installed: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its Erlang too, which the scripts and the port mapper then find."""
    monkeypatch.setattr(rabbitmq_distribution, "_DEBIAN_SCRIPTS", tmp_path / "none")
    prefix = tmp_path / "homebrew"
    _programs(prefix / "Cellar/rabbitmq/4.1/sbin", "rabbitmq-server", "rabbitmqctl")
    _programs(prefix / "bin", "erl", "epmd")
    (prefix / "sbin").mkdir()
    (prefix / "sbin/rabbitmq-server").symlink_to(prefix / "Cellar/rabbitmq/4.1/sbin/rabbitmq-server")
    monkeypatch.setattr(rabbitmq_distribution, "_SYSTEM_FOLDERS", (str(prefix / "sbin"), str(prefix / "bin")))
    found = find_or_fetch(tmp_path / "rabbitmq")
    assert found.scripts == (prefix / "Cellar/rabbitmq/4.1/sbin").resolve()
    assert found.environment()["PATH"].split(":")[0] == str(prefix / "bin")


def _programs(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
