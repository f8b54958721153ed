"""The whole system on one machine: start, status, stop, reset."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from deploy.demo import data as demo_data
from deploy.native import credentials, processes, state, web
from deploy.native.folders import REPOSITORY, Folders
from deploy.native.locks import exclusive
from deploy.native.ports import next_free, require
from deploy.native.postgres import PostgresServer
from deploy.native.progress import complain, say, step
from deploy.native.rabbitmq import RabbitServer
from deploy.native.rabbitmq_distribution import find_or_fetch
from deploy.native.services import GATEWAY, SERVICES, Ports, Service, ServiceCatalogue

_DATABASE = "messaging"
_POSTGRES_PORT = 15432
_RABBITMQ_PORT = 15672
_GATEWAY_PORT = 8080
_READY_SECONDS = 60.0
_ATTEMPTS = 5  # of starting, if another program takes a free port first


@dataclass
class Stack:
    """One system in one local folder."""

    folders: Folders

    def up(self, *, port: int | None = None, amqp_url: str | None = None) -> None:
        """Start everything that is not running, return once all parts answer, and leave them running.

        `port` is the gateway's required port; default: the first free one from 8080. With `amqp_url`, that broker
        is used, and none is started or stopped.
        """
        with exclusive(self.folders.lock):
            current = state.load(self.folders.state)
            if current.is_up():
                say(f"It is running already: {current.address}   (stop it with `make down`)")
                return
            if not current.is_down():
                say("Stopping what an earlier start has left …")
                self._stop(current)
            address = self._start(port, amqp_url)
        say(f"\nRunning: {address}\n\n  make demo    watch two people talk\n  make logs    follow the logs")
        say("  make down    stop it; what was written stays\n")

    def _start(self, port: int | None, amqp_url: str | None) -> str:
        """Start everything; retry on other ports if another program took one; stop all started parts on failure."""
        attempts = _ATTEMPTS
        while True:
            attempts -= 1
            try:
                return _Start(self.folders).run(port, amqp_url)
            except BaseException as failure:
                lost = isinstance(failure, processes.PortLostError) and attempts > 0
                complain(f"{failure}\nOnce more, with other ports …" if lost else "Not started. Stopping what was …")
                self._stop(state.load(self.folders.state))
                if not lost:
                    raise

    def down(self) -> None:
        """Stop the processes that were started here, and no others."""
        with exclusive(self.folders.lock):
            current = state.load(self.folders.state)
            if current.is_down():
                say("Nothing is running.")
            self._stop(current)

    def reset(self) -> None:
        """Stop, and delete all data and secrets; downloads stay."""
        self.down()
        with exclusive(self.folders.lock), step("Wiping the data"):
            for path in self.folders.data():
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)

    def status(self) -> bool:
        """Print the status; returns whether all is well."""
        current = state.load(self.folders.state)
        for process in current.processes:
            running = "running" if process.is_running() else "NOT RUNNING"
            say(f"{process.name:22} {running:12} pid {process.pid:<8} {current.urls.get(process.name, '')}")
        say(f"\n{current.address}" if current.is_up() else "The system is not running. Start it with `make up`.")
        return current.is_up()

    def _stop(self, current: state.RunState) -> None:
        for process in _stopping_order(current.processes):
            if process.is_running():
                with step(f"Stopping {process.name}"):
                    process.stop()
        self.folders.state.unlink(missing_ok=True)


class _Start:
    """One attempt to start everything; records each process as soon as it exists."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders
        self._secrets = credentials.load_or_create(folders.credentials)
        self._state = state.RunState()

    def run(self, port: int | None, amqp_url: str | None) -> str:
        ports = _choose_ports(port)
        postgres = self._postgres()
        broker = amqp_url or self._rabbitmq()
        database = postgres.create_database(_DATABASE)
        catalogue = ServiceCatalogue(ports, self._secrets, database_url=database, amqp_url=broker)
        self._migrate(catalogue.conversations)
        web.ensure_built(REPOSITORY / "web")
        for service in catalogue.all():
            self._state.urls[service.name] = service.url
            self._service(service)
        with step("Loading demo people and items"):
            demo_data.load(catalogue.conversations.url, self._secrets.service_token)
        self._state.address = ports.address
        self._save()
        return ports.address

    def _postgres(self) -> PostgresServer:
        server = PostgresServer(
            self._folders.postgres_data,
            next_free(_POSTGRES_PORT),
            password=self._secrets.postgres_password,
            log=self._folders.logs / "postgres.log",
            binaries_fallback=self._folders.postgres_binaries,
            record=self._record,
        )
        with step("Starting PostgreSQL"):
            server.start()
        return server

    def _rabbitmq(self) -> str:
        distribution = find_or_fetch()
        server = RabbitServer(
            distribution,
            self._folders.rabbitmq_data,
            next_free(_RABBITMQ_PORT),
            password=self._secrets.rabbitmq_password,
            log=self._folders.logs / "rabbitmq.log",
            record=self._record,
        )
        with step("Starting RabbitMQ"):
            server.start()
        return server.url

    def _migrate(self, conversations: Service) -> None:
        log = self._folders.logs / "migrate.log"
        with step("Migrating the database"), log.open("ab") as output:
            done = subprocess.run(
                conversations.command("migrate"),
                env=conversations.full_environment(),
                cwd=REPOSITORY,
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        if done.returncode != 0:
            raise processes.StartFailedError(f"The migration failed. The end of {log}:\n{processes.tail(log)}")

    def _service(self, service: Service) -> None:
        with step(f"Starting {service.name}"):
            process = processes.start(
                service.name,
                service.command(),
                log=self._folders.logs / f"{service.name}.log",
                environment=service.full_environment(),
                directory=REPOSITORY,
                record=self._record,
            )
            processes.wait_until_ready(
                process,
                lambda: processes.answers_http(service.port),
                within=_READY_SECONDS,
                ports=[service.port],
            )

    def _record(self, process: processes.Process) -> None:
        self._state.processes.append(process)
        self._save()

    def _save(self) -> None:
        self._state.save(self._folders.state)


def _stopping_order(started: Sequence[processes.Process]) -> list[processes.Process]:
    """In reverse order, but the gateway after the services: their last frames to clients pass through it."""
    backwards = list(reversed(started))
    services = [process for process in backwards if process.name in SERVICES]
    gateway = [process for process in backwards if process.name == GATEWAY]
    return [*services, *gateway, *(process for process in backwards if process.name not in {*SERVICES, GATEWAY})]


def _choose_ports(port: int | None) -> Ports:
    gateway = next_free(_GATEWAY_PORT) if port is None else require(port, "address of the system")
    return Ports(gateway, *(next_free(_GATEWAY_PORT + index) for index in range(1, 4)))
