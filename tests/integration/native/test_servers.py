"""PostgreSQL and RabbitMQ in private folders: side by side, killed, restarted."""

import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import aio_pika
import asyncpg
import pytest

from deploy.native.ports import free_port
from deploy.native.postgres import PostgresServer, temporary_postgres
from deploy.native.rabbitmq import RabbitServer, speaks_amqp, temporary_rabbitmq
from deploy.native.rabbitmq_distribution import Distribution, find_or_fetch


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with temporary_postgres() as server:
        yield server


@pytest.fixture(scope="module")
def distribution() -> Distribution:
    return find_or_fetch()


@pytest.fixture(scope="module")
def rabbitmq(distribution: Distribution) -> Iterator[RabbitServer]:
    with temporary_rabbitmq(distribution) as server:
        yield server


async def test_postgres_accepts_the_password_and_no_other(postgres: PostgresServer) -> None:
    connection = await asyncpg.connect(postgres.dsn())
    assert await connection.fetchval("SELECT 1") == 1
    await connection.close()
    password = postgres.dsn().split(":")[2].partition("@")[0]
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(postgres.dsn().replace(password, "wrong"))


def test_postgres_does_not_trade_durability_for_speed(postgres: PostgresServer) -> None:
    settings = [postgres.query(f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")]
    assert settings == ["on", "on", "on"]


def test_a_database_is_created_once(postgres: PostgresServer) -> None:
    assert postgres.create_database("shop") == postgres.create_database("shop")
    assert postgres.query("SELECT current_database()", "shop") == "shop"


def test_postgres_keeps_what_was_committed_when_it_is_killed(postgres: PostgresServer) -> None:
    postgres.query("CREATE TABLE kept AS SELECT 42 AS answer")
    postgres.kill()
    with pytest.raises(subprocess.CalledProcessError):
        postgres.query("SELECT 1")
    postgres.start()
    assert postgres.query("SELECT answer FROM kept") == "42"


def test_postgres_comes_back_after_a_restart(postgres: PostgresServer) -> None:
    postgres.query("CREATE TABLE again AS SELECT 7 AS answer")
    postgres.restart()
    assert postgres.query("SELECT answer FROM again") == "7"


def test_two_postgres_servers_side_by_side(postgres: PostgresServer) -> None:
    with temporary_postgres() as other:
        other.create_database("only_here")
        assert other.port != postgres.port
        assert postgres.query("SELECT count(*) FROM pg_database WHERE datname = 'only_here'") == "0"


async def test_rabbitmq_keeps_durable_messages_when_it_is_killed(rabbitmq: RabbitServer) -> None:
    async with await aio_pika.connect(rabbitmq.url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("kept", durable=True)
        message = aio_pika.Message(b"hello", delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, "kept")
        assert queue.name == "kept"
    rabbitmq.restart()  # in order: a classic queue confirms before it is on disk
    rabbitmq.kill()
    assert not speaks_amqp(rabbitmq.port)
    rabbitmq.start()
    async with await aio_pika.connect(rabbitmq.url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("kept", durable=True)
        received = await queue.get(no_ack=True, timeout=60)
        assert received is not None
        assert received.body == b"hello"


async def test_rabbitmq_does_not_know_the_well_known_user(rabbitmq: RabbitServer) -> None:
    with pytest.raises(aio_pika.exceptions.ProbableAuthenticationError):
        await aio_pika.connect(f"amqp://guest:guest@127.0.0.1:{rabbitmq.port}/")


def test_a_broker_beside_another_is_gone_after_stop_with_all_it_started(
    rabbitmq: RabbitServer, distribution: Distribution, tmp_path: Path
) -> None:
    with RabbitServer(distribution, tmp_path, free_port(), password=secrets.token_hex(8)) as other:
        other.ctl("add_vhost", "only-here")
        assert "only-here" not in rabbitmq.ctl("list_vhosts")
        started = [process for process in (other.process, other.port_mapper) if process]
        assert all(process.is_running() for process in started)
    assert len(started) == 2
    assert not any(process.is_running() for process in started)
    assert speaks_amqp(rabbitmq.port)
