"""Losing the broker, taking over from another process, and saying so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession
from yarl import URL

from services.notifications.log.consumer import QUEUE
from tests.integration.notifications.stage import SECONDS, Stage, ids
from tests.kit.running.tcp_proxy import TcpProxy
from tests.kit.waiting import eventually


async def test_a_broken_connection_repeats_and_loses_nothing(stage: Stage) -> None:
    """Also what waited behind a hole when it broke."""
    async with (
        proxied(stage.amqp_url) as (proxy, amqp_url),
        stage.service(amqp_url=amqp_url, cursor_store_seconds=60) as service,
    ):
        await stage.commit(2)
        await stage.expect_decided(ids(1, 2))
        stage.log.available = False
        await stage.commit(publish=False)
        await stage.commit()
        await service.expect_metric("lag_positions", 2, shard="0")
        proxy.reset_all()
        await eventually(lambda: stage.logged("consumer.deactivated"), within=SECONDS)  # it may be active again by then
        stage.log.available = True
        await stage.commit()
        await stage.expect_decided(ids(1, 2, 3, 4, 5))
    await stage.expect_waiting(0)


async def test_a_deleted_queue_is_declared_again(stage: Stage) -> None:
    """What was in it comes from the log."""
    async with stage.service() as service:
        await stage.commit()
        await stage.expect_decided(ids(1))
        await stage.channel.queue_delete(QUEUE)
        await stage.commit(publish=False)
        await service.expect_metric("active", 0)
        await service.wait_until_ready()
        await stage.commit()
        await stage.expect_decided(ids(1, 2, 3))


async def test_removed_bindings_are_restored(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was published meanwhile comes from the log."""
    monkeypatch.setattr("chassis.broker.link.CONFIRM_SECONDS", 0.2)
    async with stage.service():
        await stage.commit()
        await stage.expect_decided(ids(1))
        queue = await stage.channel.get_queue(QUEUE)
        for key in ("events.#", "head.#"):
            await queue.unbind("messaging.events", key)
        async with asyncio.timeout(SECONDS):
            while len(stage.decided()) < 2:
                await stage.commit()  # each may be lost: nobody tells when the binding is back
                await asyncio.sleep(0.1)


async def test_one_process_consumes_while_another_stands_by(stage: Stage) -> None:
    """Both are ready; the second goes on where the first stopped, without a repeat."""
    async with stage.service(cursor_store_seconds=60) as first:
        await stage.commit()
        await first.wait_until_active()
        async with stage.service() as second:
            await stage.commit(2)
            await stage.expect_decided(ids(1, 2, 3))
            await second.wait_until_ready()
            assert (await first.ready())[0] == 200
            await first.expect_metric("active", 1)
            await second.expect_metric("active", 0)
            await first.stop()
            await stage.commit(2)
            await stage.expect_decided(ids(1, 2, 3, 4, 5))
            await second.expect_metric("active", 1)


async def test_a_process_that_is_active_again_uses_the_stored_cursor(stage: Stage) -> None:
    """While it was cut off, another one went on; that is not decided again."""
    async with proxied(stage.amqp_url) as (proxy, amqp_url), stage.service(amqp_url=amqp_url) as first:
        await stage.commit()
        await eventually(lambda: stage.stored() == 1, within=SECONDS)
        async with stage.service() as second:
            await second.wait_until_ready()
            proxy.reset_all()
            await stage.commit(2)
            await second.wait_until_active()
            await stage.expect_decided(ids(1, 2, 3))
            await first.wait_until_ready()
        await stage.commit()
        await stage.expect_decided(ids(1, 2, 3, 4))
        await first.expect_metric("active", 1)


async def test_without_a_broker_it_is_not_ready(stage: Stage) -> None:
    """It lives, and says what is missing, without an address."""
    async with stage.service(amqp_url="amqp://guest:guest@127.0.0.1:1/") as service:
        status, body = await service.ready()
        assert status == 503
        assert "broker" in body
        assert "127.0.0.1" not in body


async def test_without_its_cursor_it_is_not_ready_and_decides_nothing(stage: Stage) -> None:
    """Once conversations answers it goes on by itself."""
    stage.log.available = False
    await stage.commit()
    async with stage.service() as service:
        await service.wait_until_active()
        status, body = await service.ready()
        assert (status, stage.decided()) == (503, [])
        assert "cursor" in body
        stage.log.available = True
        await stage.expect_decided(ids(1))
        assert (await service.ready())[0] == 200


async def test_the_probes_answer(stage: Stage) -> None:
    """Alive, ready, and metrics."""
    async with stage.service() as service, ClientSession(service.url) as session:
        async with session.get("/healthz") as response:
            assert response.status == 200
        async with session.get("/metrics") as response:
            assert "notifications_repeats_dropped_total 0.0" in await response.text()


@asynccontextmanager
async def proxied(amqp_url: str) -> AsyncIterator[tuple[TcpProxy, str]]:
    """A proxy before the broker, and the broker's URL through it."""
    url = URL(amqp_url)
    assert url.host is not None
    assert url.port is not None
    async with TcpProxy(host=url.host, port=url.port) as proxy:
        yield proxy, str(url.with_port(proxy.port))
