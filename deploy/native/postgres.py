"""A private PostgreSQL server in a folder of its own.

It listens on the loopback interface only and requires a password (SCRAM), because other users of the machine can
reach the port. There is no Unix socket, whose path would have to stay under about 100 characters.
"""

import functools
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from deploy.native import processes
from deploy.native.account import Account, popen_arguments, unprivileged_account
from deploy.native.ports import free_port
from deploy.native.postgres_distribution import Distribution, find_or_fetch

USER = "messaging"
_START_SECONDS = 60.0
_FIRST_WITH_BUILTIN_LOCALES = 17

# For a machine shared with an editor and a browser. Nothing here trades durability for speed.
_SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
}


class PostgresServer:
    """One PostgreSQL server and the folder it owns; as a context manager it runs for the duration of the block.

    The folder is created on the first start and reused on later ones. If root runs this, the server runs as `nobody`,
    which must be able to reach the folder.
    """

    def __init__(
        self,
        data: Path,
        port: int,
        *,
        password: str,
        log: Path,
        settings: Mapping[str, str] | None = None,
        binaries_fallback: Path | None = None,
        record: processes.Recorder | None = None,
    ) -> None:
        self.port = port
        self.log = log
        self.process: processes.Process | None = None
        self._data = data.absolute()
        self._password = password
        self._settings = {**_SETTINGS, "port": str(port), **(settings or {})}
        self._account = unprivileged_account()
        self._binaries_fallback = binaries_fallback
        self._record = record

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def data(self) -> Path:
        """The folder it owns."""
        return self._data

    def dsn(self, database: str = "postgres") -> str:
        return f"postgresql://{USER}:{self._password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Create the folder if it is missing, start, and return when connections are accepted."""
        if self._account and not self._account.can_enter(self._data.parent):
            raise PermissionError(
                f"PostgreSQL does not run as root, and {self._account.name} cannot reach {self._data}"
            )
        if not self._data.exists():
            self._initialise()
        self.process = processes.start(
            "postgres",
            [self._binary("postgres"), "-D", self._data, *self._setting_arguments()],
            log=self.log,
            environment=self._environment(),
            directory=self._data,
            account=self._account,
            stop_signal=signal.SIGINT,  # PostgreSQL's fast shutdown; SIGTERM would wait for every client to leave
            record=self._record,
        )
        try:
            processes.wait_until_ready(self.process, self._is_ready, within=_START_SECONDS, ports=[self.port])
        except BaseException:
            self.process.kill()
            raise

    def is_running(self) -> bool:
        return self.process is not None and self.process.is_running()

    def stop(self) -> None:
        if self.process is not None:
            self.process.stop()

    def kill(self) -> None:
        """Simulate a crash: uncommitted data is lost, committed data must survive."""
        if self.process is not None:
            self.process.kill()

    def restart(self) -> None:
        self.stop()
        self.start()

    def copy_data(self, folder: Path) -> None:
        """Copy its data while it runs, as a backup or for a standby."""
        folder.mkdir(mode=0o700)
        if self._account:
            self._account.own(folder)
        address = ["-h", "127.0.0.1", "-p", str(self.port), "-U", USER]
        done = subprocess.run(
            [self._binary("pg_basebackup"), *address, "-D", folder, "--checkpoint=fast", "--wal-method=stream"],
            cwd=folder,
            env={**self._environment(), "PGPASSWORD": self._password},
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **popen_arguments(self._account),
        )
        if done.returncode != 0:
            raise processes.StartFailedError(f"pg_basebackup failed:\n{done.stdout.strip()}")

    def use_data(self, folder: Path) -> None:
        """Use another data folder from the next start on, for instance a copy."""
        self._data = folder.absolute()

    def mark_standby(self, folder: Path) -> None:
        """Mark this copy of the data so that a server started on it is a standby until promoted."""
        signal_file = folder / "standby.signal"
        signal_file.touch()
        if self._account:
            self._account.own(signal_file)

    def standby(self, folder: Path, port: int) -> "PostgresServer":
        """A standby of this server on a copy of its data; not started."""
        self.mark_standby(folder)
        source = f"host=127.0.0.1 port={self.port} user={USER} password={self._password}"
        return PostgresServer(
            folder,
            port,
            password=self._password,
            log=self.log.with_name(f"{folder.name}.log"),
            settings={"primary_conninfo": source},
            binaries_fallback=self._binaries_fallback,
        )

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """Create the database unless it exists, and return its address."""
        exists = self.query(f"SELECT 1 FROM pg_database WHERE datname = '{name}'")  # noqa: S608 - names come from our own code
        if not exists:
            self.query(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.dsn(name)

    def query(self, statement: str, database: str = "postgres") -> str:
        """Run one statement with psql and return what it printed, unaligned."""
        address = ["-h", "127.0.0.1", "-p", str(self.port), "-U", USER, "-d", database]
        return subprocess.run(
            [self._binary("psql"), *address, "-XAtqc", statement, "-v", "ON_ERROR_STOP=1"],
            env={**self._environment(), "PGPASSWORD": self._password},
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout.strip()

    def _initialise(self) -> None:
        """Run initdb in a sibling folder and rename it: an interrupted run is never mistaken for data."""
        unfinished = self._data.with_name(self._data.name + ".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True, mode=0o700)
        with _secret_file(self._password, unfinished.parent, self._account) as password_file:
            if self._account:
                self._account.own(unfinished)
            self._initdb(unfinished, password_file)
        unfinished.rename(self._data)

    def _initdb(self, folder: Path, password_file: Path) -> None:
        for locale in _locales(self._distribution.major):
            done = self._run_initdb(folder, password_file, locale)
            if done.returncode == 0 or "invalid locale" not in done.stdout:
                break
        if done.returncode != 0:
            raise processes.StartFailedError(f"initdb failed:\n{done.stdout.strip()}")

    def _run_initdb(
        self, folder: Path, password_file: Path, locale: tuple[str, ...]
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [
                *(self._binary("initdb"), "-D", folder, "-U", USER, f"--pwfile={password_file}"),
                *("--auth=scram-sha-256", "--encoding=UTF8", *locale),
                *(["--no-sync"] if self._settings.get("fsync") == "off" else []),
            ],
            cwd=folder,
            env=self._environment(),
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **popen_arguments(self._account),
        )

    def _is_ready(self) -> bool:
        """Reads the server's lock file: it has its pid and, on line 8, its state; a stale one has another pid."""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        own = self.process is not None and lines[:1] == [str(self.process.pid)]
        return own and len(lines) >= 8 and lines[7].strip() == "ready"

    @functools.cached_property
    def _distribution(self) -> Distribution:
        found = find_or_fetch(major=_version_of(self._data))
        return found.reachable_by(self._account, self._binaries_fallback)

    def _binary(self, name: str) -> Path:
        return self._distribution.binaries / name

    def _setting_arguments(self) -> list[str]:
        return [argument for key, value in self._settings.items() for argument in ("-c", f"{key}={value}")]

    def _environment(self) -> dict[str, str]:
        inherited = processes.inherited_environment(without=("PG",))
        return {**inherited, **self._distribution.environment(), "LC_ALL": "C", "HOME": "/"}


@contextmanager
def temporary_postgres(settings: Mapping[str, str] | None = None) -> Iterator[PostgresServer]:
    """A running server on a free port in a temporary folder that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="messaging-postgres-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o755)  # the server's account must be able to enter; the data folder inside is private
        server = PostgresServer(
            home / "data",
            free_port(),
            password=secrets.token_hex(16),
            log=home / "postgres.log",
            settings=settings,
            binaries_fallback=home / "binaries",
        )
        with server:
            yield server


def _version_of(data: Path) -> int | None:
    """The major version that wrote the data folder; None if the folder has no data yet."""
    try:
        return int((data / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None


def _locales(major: int) -> list[tuple[str, ...]]:
    """Arguments for initdb, the best first: ordering by code point always, Unicode letters if supported."""
    if major >= _FIRST_WITH_BUILTIN_LOCALES:
        return [("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")]  # the same on every machine
    return [("--locale=C.UTF-8",), ("--locale=C",)]


@contextmanager
def _secret_file(text: str, folder: Path, account: Account | None) -> Iterator[Path]:
    descriptor, name = tempfile.mkstemp(dir=folder)
    path = Path(name)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        if account:
            account.own(path)
        yield path
    finally:
        path.unlink()
