"""Real servers for the integration tests: started once, on free ports, thrown away at the end."""

import itertools
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.kit.log_shards import LOG_SHARDS, database_name
from tests.kit.running.servers import Postgres, RabbitMQ, temporary_postgres, temporary_rabbitmq


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[RabbitMQ]:
    """A broker that a test may restart or kill, as long as it runs again when the test ends."""
    with temporary_rabbitmq() as server:
        yield server


@pytest.fixture(scope="session")
def amqp_url(rabbitmq: RabbitMQ) -> str:
    return rabbitmq.url


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A database server that a test may restart or kill, as long as it runs again when the test ends."""
    with temporary_postgres(durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def new_database(postgres: Postgres) -> Callable[[int], str]:
    """Makes a fresh, migrated database for a number of shards, and returns its address."""
    numbers = itertools.count(1)

    def make(shards: int = LOG_SHARDS) -> str:
        template = f"migrated_{shards}"
        url = postgres.dsn(template)
        if not postgres.query(f"SELECT 1 FROM pg_database WHERE datname = '{template}'"):  # noqa: S608 - our own name
            postgres.create_database(template)
            subprocess.run(
                [sys.executable, "-m", "services.conversations", "migrate"],
                env={**os.environ, "DATABASE_URL": url, "LOG_SHARDS": str(shards), "LOG_LEVEL": "warning"},
                check=True,
            )
        return postgres.create_database(database_name(next(numbers), shards), template=template)

    return make


@pytest.fixture(scope="module")
def database_url(new_database: Callable[[int], str]) -> str:
    """A database of the module's own."""
    return new_database(LOG_SHARDS)
