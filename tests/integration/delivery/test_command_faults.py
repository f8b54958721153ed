"""What a sender is told when `conversations` is slow, away, or gone in the middle."""

import asyncio
from typing import Any

import orjson
import pytest
from aiohttp import web

from tests.integration.delivery.conftest import StartReplica
from tests.kit.client import connect
from tests.kit.fake_conversations import FakeConversations
from tests.kit.waiting import eventually

SHORT = {"command_deadline_seconds": 1.5, "command_attempt_seconds": 0.5}


async def test_a_send_survives_a_restart_of_the_service(start_replica: StartReplica, log: FakeConversations) -> None:
    """It is tried again until it is stored, once."""
    delivery = await start_replica()
    conversation = log.open()
    async with connect(delivery, "buyer") as buyer:
        await log.stop()
        await buyer.send("send_message", conversationId=conversation.id, message="Hello!")
        await eventually(lambda: delivery.counters.command_attempts["not_executed"] >= 2, within=30)
        await log.start()
        assert (await buyer.expect("message_sent"))["seq"] == 1
    assert len(conversation.messages) == 1


async def test_a_send_without_a_service_is_reported_as_not_executed(
    start_replica: StartReplica, log: FakeConversations
) -> None:
    """No attempt reached anybody, so nothing was stored and nothing ever will be."""
    delivery = await start_replica(**SHORT)
    conversation = log.open()
    async with connect(delivery, "buyer") as buyer:
        await log.stop()
        await buyer.send("send_message", conversationId=conversation.id, message="Hello!", clientMessageId="c-1")
        error = await buyer.expect("error")
        assert (error["code"], error["retryable"]) == ("unavailable", True)
        assert (error["clientMessageId"], error["conversationId"]) == ("c-1", conversation.id)
    await log.start()
    async with connect(await start_replica(), "buyer") as buyer:
        await buyer.send("send_message", conversationId=conversation.id, message="Hello!", clientMessageId="c-1")
        assert (await buyer.expect("message_sent"))["duplicate"] is False


async def test_a_batch_whose_answer_is_lost_is_retried(start_replica: StartReplica, log: FakeConversations) -> None:
    """Stored before the answer was lost: the same clientMessageId finds it, also one that the server made."""
    delivery = await start_replica()
    conversation = log.open()
    lost = iter([True, False])

    async def lose() -> None:
        if next(lost, False):
            raise web.HTTPInternalServerError

    log.after_commands = lose
    async with connect(delivery, "buyer") as buyer, connect(delivery, "seller") as seller:
        await buyer.send("send_message", conversationId=conversation.id, message="Hello!")
        assert (await buyer.expect("message_sent"))["duplicate"] is True
        await seller.expect("new_message")
        assert await seller.settle() == []
    assert len(conversation.messages) == 1


async def test_a_hanging_service_leaves_the_outcome_unknown(
    start_replica: StartReplica, log: FakeConversations
) -> None:
    """It took the batch and may still execute it: the client is not told that nothing was stored."""
    delivery = await start_replica(**SHORT)
    conversation = log.open()
    gate = asyncio.Event()
    log.before_commands = gate.wait  # type: ignore[assignment]  # its result is of no interest
    async with connect(delivery, "buyer") as buyer:
        await buyer.send("send_message", conversationId=conversation.id, message="Hello!", clientMessageId="c-1")
        assert (await buyer.expect("error"))["code"] == "outcome_unknown"
    gate.set()
    async with connect(await start_replica(), "buyer") as buyer:
        await buyer.send("send_message", conversationId=conversation.id, message="Hello!", clientMessageId="c-1")
        await buyer.expect("message_sent")
    assert len(conversation.messages) == 1


async def test_a_refused_retry_leaves_the_outcome_unknown(start_replica: StartReplica, log: FakeConversations) -> None:
    """The second attempt says `unavailable`, but the first may have been executed."""
    delivery = await start_replica()
    conversation = log.open()
    attempts = iter(["lost", "refused"])

    async def execute(commands: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if next(attempts) == "lost":
            raise web.HTTPInternalServerError
        return [{"status": "rejected", "code": "unavailable"} for _ in commands]

    log.execute = execute  # type: ignore[method-assign]  # a service with a database that comes and goes
    async with connect(delivery, "buyer") as buyer:
        await buyer.send("send_message", conversationId=conversation.id, message="Hello!")
        assert (await buyer.expect("error"))["code"] == "outcome_unknown"


async def test_a_definite_refusal_is_passed_on(start_replica: StartReplica, log: FakeConversations) -> None:
    """The service says that it did not store it."""
    delivery = await start_replica()
    conversation = log.open()

    async def execute(commands: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{"status": "rejected", "code": "overloaded"} for _ in commands]

    log.execute = execute  # type: ignore[method-assign]  # a service under too much load
    async with connect(delivery, "buyer") as buyer:
        await buyer.send("send_message", conversationId=conversation.id, message="Hello!", ref="r")
        error = await buyer.expect("error", ref="r")
        assert (error["code"], error["retryable"]) == ("overloaded", True)


@pytest.mark.parametrize("status", [401, 422])
async def test_a_service_that_rejects_our_credentials_is_not_retried(
    start_replica: StartReplica, log: FakeConversations, status: int
) -> None:
    """A wrong service token does not become right by repeating it."""
    delivery = await start_replica()
    conversation = log.open()

    async def refuse() -> None:
        body = orjson.dumps({"code": "unauthenticated", "status": status}).decode()
        raise {401: web.HTTPUnauthorized, 422: web.HTTPUnprocessableEntity}[status](text=body)

    log.before_commands = refuse
    async with connect(delivery, "buyer") as buyer:
        await buyer.send("send_message", conversationId=conversation.id, message="Hello!")
        assert (await buyer.expect("error"))["code"] == "unavailable"
    assert delivery.counters.command_attempts == {"refused": 1}


async def test_a_batch_carries_its_remaining_time(start_replica: StartReplica, log: FakeConversations) -> None:
    """So that nothing is begun after its sender was told that it failed."""
    delivery = await start_replica(command_deadline_seconds=60, command_attempt_seconds=0.4)
    conversation = log.open()
    slow = iter([True, True])

    async def stall() -> None:
        if next(slow, False):
            await asyncio.sleep(0.6)

    log.before_commands = stall
    async with connect(delivery, "buyer") as buyer:
        await buyer.send("send_message", conversationId=conversation.id, message="Hello!")
        await buyer.expect("message_sent")
    ttls = sorted(batch["ttlMs"] for batch in log.batches)
    assert ttls[-1] <= 60_000
    assert ttls[0] < 60_000 - 700


@pytest.mark.parametrize("pipeline", [1, 4])
async def test_a_users_order_holds_with_any_pipeline(
    start_replica: StartReplica, log: FakeConversations, pipeline: int
) -> None:
    """A user's commands stay in one lane, whatever the others do and however slow each batch is."""
    delivery = await start_replica(command_pipeline=pipeline)
    conversation = log.open()
    delays = iter([0.05, 0.0, 0.03, 0.0] * 100)

    async def stall() -> None:
        await asyncio.sleep(next(delays))

    log.before_commands = stall
    async with connect(delivery, "buyer") as buyer:
        for n in range(60):
            await buyer.send("send_message", conversationId=conversation.id, message=str(n), ref=str(n))
        assert [(await buyer.expect("message_sent"))["ref"] for _ in range(60)] == [str(n) for n in range(60)]
    assert [message["content"] for message in conversation.messages] == [str(n) for n in range(60)]


@pytest.mark.parametrize("answer", ["[]", '{"results":[]}', '{"results":[5]}', '{"results":[{"status":"new"}]}'])
async def test_a_batch_with_an_invalid_answer_is_retried(
    start_replica: StartReplica, log: FakeConversations, answer: str
) -> None:
    """It may have been executed; whatever came back, the batch is repeated."""
    delivery = await start_replica()
    conversation = log.open()
    answers = iter([answer])

    async def garble() -> None:
        if (text := next(answers, None)) is not None:
            raise web.HTTPOk(text=text)

    log.after_commands = garble
    async with connect(delivery, "buyer") as buyer:
        await buyer.send("send_message", conversationId=conversation.id, message="Hello!")
        assert (await buyer.expect("message_sent"))["duplicate"] is True
    assert len(conversation.messages) == 1
