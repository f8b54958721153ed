"""`POST /internal/commands`: batches of commands for the other services."""

import asyncio
from uuid import uuid4

import pytest

from chassis.http.app import METRICS
from contracts.generated.models import CommandResults, LogHeads
from services.conversations.domain import shard_of
from tests.integration.conversations.conftest import SHARDS
from tests.integration.conversations.locked_log import locked_log, until_a_writer_waits
from tests.kit.conversations import Conversations
from tests.kit.waiting import eventually


async def test_one_result_per_command_in_order_whatever_the_outcome_of_the_others(service: Conversations) -> None:
    talk = await service.new_conversation()
    commands = [
        talk.send_command("first", key="k1"),
        {**talk.send_command("x"), "userId": "not a user id"},
        talk.send_command("first", key="k1"),
        {**talk.send_command("x"), "conversationId": str(uuid4())},
        talk.send_command("other text", key="k1"),
        {"kind": "dance"},
        "no object",
        talk.read_command(),
        talk.send_command("second", user=talk.seller),
        talk.read_command(2**53 - 1, user=talk.buyer),
        {**talk.send_command("x"), "content": " "},
        talk.send_command("x", user="stranger"),
    ]
    results = await service.commands(*commands)  # type: ignore[arg-type]  # wrong ones are the point
    CommandResults.model_validate({"results": results}, strict=False)
    brief = [
        result.get("code") or (result["status"], result.get("seq", result.get("lastReadSeq"))) for result in results
    ]
    assert brief == [
        ("stored", 1),
        "invalid_request",
        ("stored", 1),
        "conversation_not_found",
        "client_message_id_conflict",
        "invalid_request",
        "invalid_request",
        ("read", 1),
        ("stored", 2),
        ("read", 2),
        "invalid_request",
        "conversation_not_found",
    ]
    assert [results[0]["duplicate"], results[2]["duplicate"]] == [False, True]
    assert "clientMessageId" not in str(results[1])
    assert (await talk.history()).body["lastSeq"] == 2


async def test_the_answer_contains_the_events_of_its_commands(sharded: Conversations) -> None:
    """Word for word as the log and the broker have it; nothing when nothing happened."""
    talks = [await sharded.new_conversation() for _ in range(8)]
    heads = [await sharded.head(shard) for shard in range(SHARDS)]
    answer = await sharded.command_answer(*(talk.send_command("hello", key="k") for talk in talks))
    CommandResults.model_validate(answer, strict=False)
    logged = [
        {"shard": shard, **batch}
        for shard, head in enumerate(heads)
        for batch in await sharded.log(shard=shard, after=head)
    ]
    brought = [{name: value for name, value in batch.items() if name != "epoch"} for batch in answer["logged"]]
    assert sorted(brought, key=lambda batch: int(batch["shard"])) == logged
    assert sum(len(batch["events"]) for batch in brought) == 2 * len(talks)  # a first message begins its conversation
    again = await sharded.command_answer(*(talk.send_command("hello", key="k") for talk in talks))
    assert all(result["duplicate"] for result in again["results"])
    assert again["logged"] == []


async def test_callers_who_share_a_transaction_do_not_receive_each_others_messages(
    service: Conversations, database_url: str
) -> None:
    """The broker tells everybody; the answer would tell each caller everything once more."""
    talk = await service.new_conversation()
    async with locked_log(database_url):
        first = asyncio.create_task(service.command_answer(talk.send_command("1")))
        await until_a_writer_waits(database_url)
        others = [asyncio.create_task(service.command_answer(talk.send_command(text))) for text in "23"]
        registry, shard = service.app[METRICS].registry, {"shard": str(talk.shard)}
        await eventually(lambda: registry.get_sample_value("conversations_commands_queued", shard) == 2, within=30)
    assert len((await first)["logged"]) == 1
    assert [(await other)["logged"] for other in others] == [[], []]
    assert [len(batch["events"]) for batch in (await service.log(shard=talk.shard))[-2:]] == [2, 2]  # with its start


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"ttlMs": 0, "commands": [{"kind": "mark_read"}]}, 422, "invalid_request"),
        ({"ttlMs": 1000, "commands": []}, 422, "invalid_request"),
        ({"commands": [{"kind": "mark_read"}]}, 422, "invalid_request"),
        ({"ttlMs": 1000, "commands": [{}] * 513}, 422, "invalid_request"),
        ([], 422, "invalid_request"),
    ],
)
async def test_a_wrong_batch_is_refused_as_a_whole(
    service: Conversations, body: object, status: int, code: str
) -> None:
    answer = await service.request("POST", "/internal/commands", service=True, body=body)
    assert (answer.status, answer.code) == (status, code)


async def test_a_batch_of_512_keeps_its_order(service: Conversations) -> None:
    talk = await service.new_conversation()
    results = await service.commands(*(talk.send_command(str(number)) for number in range(512)))
    assert [result["seq"] for result in results] == list(range(1, 513))


async def test_commands_of_many_shards_find_their_results(sharded: Conversations) -> None:
    talks = [await sharded.new_conversation()]
    while {shard_of(talk.id, SHARDS) for talk in talks} != set(range(SHARDS)):  # a conversation's id decides, by chance
        talks.append(await sharded.new_conversation())
    results = await sharded.commands(*(talk.send_command(str(n)) for n in range(4) for talk in talks))
    assert [result["seq"] for result in results] == [n for n in (1, 2, 3, 4) for _ in talks]
    heads = LogHeads.model_validate(
        (await sharded.request("GET", "/internal/log/heads", service=True)).body, strict=False
    )
    assert [head.shard for head in heads.shards] == list(range(SHARDS))
    assert all(head.head > 0 and head.floor == 0 for head in heads.shards)
    for head in heads.shards:
        batches = await sharded.log(shard=head.shard)
        assert [batch["pos"] for batch in batches] == list(range(1, head.head + 1))
