"""The plain server as a process with a PostgreSQL of its own, started as the product is."""

import contextlib
import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load.target import Target
from benchmarks.stage import LOAD_GENERATOR, family_seconds
from deploy.native import processes
from deploy.native.ports import free_port
from deploy.native.postgres import PostgresServer
from tests.kit.running import servers
from tests.kit.running.system import AUDIENCE, ISSUER, Service


@dataclass(frozen=True)
class PlainSystem:
    """A running plain server and its database."""

    postgres: servers.Postgres
    server: Service
    target: Target

    def processor_seconds(self) -> dict[str, float]:
        """Processor time used so far, by part; a database in a container is left out."""
        found = {LOAD_GENERATOR: time.process_time()}
        if self.server.process is not None:
            found["server"] = family_seconds(self.server.process.pid)
        if isinstance(self.postgres, PostgresServer) and self.postgres.process is not None:
            found["postgresql"] = family_seconds(self.postgres.process.pid)
        return found


@contextlib.contextmanager
def plain_system(*, durable: bool = True) -> Iterator[PlainSystem]:
    """It runs for the length of the block. PostgreSQL has the settings it has for the product."""
    os.environ.setdefault(servers.VARIABLE, "native")
    with (
        servers.temporary_postgres(durable=durable) as postgres,
        tempfile.TemporaryDirectory(prefix="messaging-plain-") as folder,
    ):
        server, target = _assemble(postgres.create_database("plain"), Path(folder))
        try:
            server.start()
            yield PlainSystem(postgres, server, target)
        finally:
            server.stop()


def _assemble(database_url: str, folder: Path) -> tuple[Service, Target]:
    port, secret = free_port(), secrets.token_hex(24)
    environment = {
        **processes.inherited_environment(without=("PG", "JWT", "DATABASE")),
        "PORT": str(port),
        "DATABASE_URL": database_url,
        "JWT_HS256_SECRET": secret,
        "JWT_ISSUER": ISSUER,
        "JWT_AUDIENCE": AUDIENCE,
    }
    server = Service("plain", "benchmarks.rival.server", port, environment, folder / "plain.log")
    target = Target(
        conversations_url=server.url,
        delivery_url=server.url,
        service_token="",  # its internal API asks for none
        jwt_secret=secret,
        jwt_issuer=ISSUER,
        jwt_audience=AUDIENCE,
    )
    return server, target
