"""One service without a broker per test module; tests that need more start their own."""

from collections.abc import AsyncIterator, Callable

import aio_pika
import asyncpg
import pytest
from aio_pika.abc import AbstractChannel

from tests.kit.conversations import Conversations, running_conversations

SHARDS = 3


@pytest.fixture(scope="module")
async def service(database_url: str) -> AsyncIterator[Conversations]:
    """The service on the module's database. Everything but publishing works without a broker."""
    async with running_conversations(database_url=database_url, environment="development", dev_login=True) as running:
        yield running


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the module's database."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture
async def sharded(new_database: Callable[[int], str]) -> AsyncIterator[Conversations]:
    """The service over a log of three shards."""
    async with running_conversations(database_url=new_database(SHARDS), log_shards=SHARDS) as running:
        yield running


@pytest.fixture(scope="module")
async def connected(database_url: str, amqp_url: str) -> AsyncIterator[Conversations]:
    """The service with a broker."""
    async with running_conversations(database_url=database_url, amqp_url=amqp_url) as running:
        yield running


@pytest.fixture(scope="module")
async def channel(connected: Conversations, amqp_url: str) -> AsyncIterator[AbstractChannel]:
    """A channel of the marketplace's own; the service has declared the exchange."""
    connection = await aio_pika.connect(amqp_url)
    async with connection:
        yield await connection.channel()
