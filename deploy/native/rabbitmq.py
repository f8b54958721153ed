"""A private RabbitMQ broker: own port mapper, cookie, user, ports and data, so several run side by side."""

import secrets
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from deploy.native import processes
from deploy.native.ports import free_port, free_ports
from deploy.native.rabbitmq_distribution import Distribution

USER = "messaging"
_START_SECONDS = 120.0
_CONTROL_SECONDS = 60.0
_AMQP_GREETING = b"AMQP\x00\x00\x09\x01"
_METHOD_FRAME = b"\x01"

# The broker reads some thousand small files while starting. File threads that spin for a moment before they sleep, and
# no thread bound to a core, save it a third of that time; the others sleep at once, as the spinning of the threads that
# carry messages costs the other processes of a small machine more than it saves.
_ERLANG_ARGUMENTS = (
    "+sbwt none +sbwtdcpu none +sbwtdio very_short +stbt u"
    " -kernel inet_dist_use_interface {127,0,0,1}"  # the port between Erlang nodes: loopback only
)


class RabbitServer:
    """One broker and the folder it owns; as a context manager it runs for the duration of the block."""

    def __init__(
        self,
        distribution: Distribution,
        folder: Path,
        port: int,
        *,
        password: str,
        log: Path | None = None,
        record: processes.Recorder | None = None,
    ) -> None:
        self.port = port
        self.log = log or folder / "rabbitmq.log"
        self.process: processes.Process | None = None
        self.port_mapper: processes.Process | None = None
        self._distribution = distribution
        self._folder = folder.absolute()
        self._password = password
        self._record = record
        self._mapper_port, self._node_port = free_ports(2)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"amqp://{USER}:{self._password}@127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Start the port mapper and the broker, and return when the port speaks AMQP."""
        self._write_configuration()
        try:
            self._start_port_mapper()
            self.process = self._start_child("rabbitmq", self._distribution.scripts / "rabbitmq-server")
            processes.wait_until_ready(
                self.process,
                lambda: speaks_amqp(self.port),
                within=_START_SECONDS,
                ports=[self.port, self._node_port],
            )
        except BaseException:
            self.kill()
            raise

    def is_running(self) -> bool:
        return self.process is not None and self.process.is_running()

    def stop(self) -> None:
        for process in (self.process, self.port_mapper):
            if process is not None:
                process.stop()

    def kill(self) -> None:
        """Simulate a crash: connections break at once, and only durable data on disk survives."""
        for process in (self.process, self.port_mapper):
            if process is not None:
                process.kill()

    def restart(self) -> None:
        self.stop()
        self.start()

    def ctl(self, *arguments: str) -> str:
        """Run rabbitmqctl on this broker and return what it printed."""
        done = subprocess.run(
            [self._distribution.scripts / "rabbitmqctl", "--quiet", *arguments],
            env=self._environment(),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            timeout=_CONTROL_SECONDS,
        )
        return done.stdout

    def _start_port_mapper(self) -> None:
        """Run epmd as our child: one that a node starts by itself would be left running."""
        self.port_mapper = self._start_child("rabbitmq-port-mapper", "epmd")
        processes.wait_until_ready(
            self.port_mapper,
            lambda: _accepts(self._mapper_port),
            within=_START_SECONDS,
            ports=[self._mapper_port],
        )

    def _start_child(self, name: str, command: str | Path) -> processes.Process:
        return processes.start(
            name,
            [command],
            log=self.log,
            environment=self._environment(),
            directory=self._folder,
            record=self._record,
        )

    def _write_configuration(self) -> None:
        for name in ("data", "log", "generated", "schema"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o700)  # it holds the password and the cookie
        (self._folder / "rabbitmq-env.conf").touch()
        (self._folder / "enabled_plugins").write_text("[].\n")
        # Erlang terms rather than the newer format, whose conversion delays every start.
        (self._folder / "advanced.config").write_text(
            f'[{{rabbit, [{{default_user, <<"{USER}">>}}, {{default_pass, <<"{self._password}">>}}]}}].\n'
        )
        cookie = self._folder / ".erlang.cookie"
        if not cookie.exists():
            cookie.touch(mode=0o600)
            cookie.write_text(secrets.token_hex(20))
            cookie.chmod(0o400)

    def _environment(self) -> dict[str, str]:
        folder = self._folder
        return {
            **processes.inherited_environment(without=("RABBITMQ_", "ERL_", "NOTIFY_SOCKET")),
            **self._distribution.environment(),
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(self._mapper_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RUNNING_UNDER_SYSTEMD": "true",  # the start script then execs the broker, which receives the signals
            "RABBITMQ_NODENAME": "messaging@localhost",  # the data belong to this node name, whatever the port
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_DIST_PORT": str(self._node_port),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": _ERLANG_ARGUMENTS,
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "generated"),
            "RABBITMQ_SCHEMA_DIR": str(folder / "schema"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
        }


@contextmanager
def temporary_rabbitmq(distribution: Distribution) -> Iterator[RabbitServer]:
    """A running broker on free ports in a temporary folder that is removed afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="messaging-rabbitmq-", ignore_cleanup_errors=True) as folder,
        RabbitServer(distribution, Path(folder), free_port(), password=secrets.token_hex(16)) as server,
    ):
        yield server


def speaks_amqp(port: int) -> bool:
    """Whether the broker answers the protocol's greeting with its first method."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(_AMQP_GREETING)
            return connection.recv(1) == _METHOD_FRAME
    except OSError:
        return False


def _accepts(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2):
            return True
    except OSError:
        return False
