"""The addresses for the other services: the log, cursors, sync, participants."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import TypeAdapter

from contracts.generated.models import LogEvent, LogPage, Participants, SyncChanges
from services.conversations.migrate import start_new_epoch
from services.conversations.settings import DatabaseSettings
from tests.kit.conversations import Answer, Conversations, Talk, running_conversations

_event = TypeAdapter(LogEvent)


async def test_the_log_is_read_in_pages_without_gaps(service: Conversations) -> None:
    talk = await service.new_conversation()
    start = await service.head(talk.shard)
    for number in range(7):
        await talk.send(str(number))
    params = {"shard": talk.shard, "after": start, "limit": 3}
    answer = await service.request("GET", "/internal/log", service=True, params=params)
    page = LogPage.model_validate(answer.body, strict=False)
    assert [batch.pos for batch in page.batches] == [start + 1, start + 2, start + 3]
    assert page.head == start + 7
    beyond = {"shard": talk.shard, "after": page.head + 100}
    past = await service.request("GET", "/internal/log", service=True, params=beyond)
    assert past.body["batches"] == []
    assert past.body["head"] == page.head


async def test_a_page_of_the_log_is_bounded_in_bytes_but_never_empty(
    service: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.conversations.api.internal.log.MAX_PAGE_BYTES", 10_000)
    talk = await service.new_conversation()
    start = await service.head(talk.shard)
    for size in (12_000 // 4, 3000, 3000, 3000, 3000):
        await talk.send("x" * size)
    await service.commands(*(talk.send_command("y" * 4000) for _ in range(5)))
    sizes, after = [], start
    while batches := await service.log(shard=talk.shard, after=after):
        sizes.append(len(batches))
        after = batches[-1]["pos"]
    assert sizes == [2, 2, 1, 1]


@pytest.mark.parametrize(
    ("params", "status", "code"),
    [
        ({"shard": 0}, 422, "invalid_request"),
        ({"after": 0}, 422, "invalid_request"),
        ({"shard": 0, "after": -1}, 422, "invalid_request"),
        ({"shard": 0, "after": 0, "limit": 1001}, 422, "invalid_request"),
        ({"shard": 5, "after": 0}, 404, "not_found"),
    ],
)
async def test_invalid_log_requests_are_refused(
    service: Conversations, params: dict[str, int], status: int, code: str
) -> None:
    answer = await service.request("GET", "/internal/log", service=True, params=params)
    assert (answer.status, answer.code) == (status, code)


async def test_a_cursor_goes_forward_only_within_its_epoch(new_database: Callable[[int], str]) -> None:
    url, path = new_database(1), "/internal/log/cursors/notifications"
    async with running_conversations(database_url=url) as service:
        talk = await service.new_conversation()
        for _ in range(9):
            await talk.send()
        first = (await _list_cursor(service)).epoch

        async def put(epoch: str, pos: int) -> int:
            body = {"epoch": epoch, "positions": [{"shard": 0, "pos": pos}]}
            return (await service.request("PUT", path, service=True, body=body)).status

        async def stored() -> tuple[str, int]:
            body = (await service.request("GET", path, service=True)).body
            return body["epoch"], body["positions"][0]["pos"]

        assert (await service.request("GET", path, service=True)).code == "not_found"
        assert [(await put(first, pos), await stored()) for pos in (5, 3, 9)] == [
            (204, (first, 5)),
            (204, (first, 5)),
            (204, (first, 9)),
        ]
        second = await start_new_epoch(DatabaseSettings(database_url=url))
        assert (await put(first, 9), await stored()) == (410, (first, 9))
        assert (await put(second, 2), await stored()) == (204, (second, 2))
        wrong = await service.request("GET", "/internal/log/cursors/Not_A_Name", service=True)
        assert (wrong.status, wrong.body["errors"][0]["field"]) == (422, "consumer")


async def test_participants(service: Conversations) -> None:
    talk = await service.new_conversation()
    await service.commands(talk.send_command(), talk.send_command(), talk.read_command(1))
    path = f"/internal/conversations/{talk.id}/participants"
    answer = await service.request("GET", path, service=True, params={"userId": talk.seller})
    found = Participants.model_validate(answer.body, strict=False)
    assert (found.buyer_id, found.seller_id) == (talk.buyer, talk.seller)
    assert (found.last_seq, found.buyer_last_read_seq, found.seller_last_read_seq) == (2, 2, 1)
    assert found.can_write is True
    stranger = await service.request("GET", path, service=True, params={"userId": "stranger"})
    assert (stranger.status, stranger.code) == (404, "conversation_not_found")
    missing = await service.request("GET", path, service=True)
    assert (missing.status, missing.body["errors"][0]["field"]) == (422, "userId")


class ListCursor:
    """A reader's place in every shard's log, in both forms."""

    def __init__(self, heads: dict[str, Any]) -> None:
        self.epoch = heads["epoch"]
        self.positions = [{"shard": h["shard"], "pos": h["head"], "idx": 1023} for h in heads["shards"]]


async def _list_cursor(service: Conversations) -> ListCursor:
    return ListCursor((await service.request("GET", "/internal/log/heads", service=True)).body)


async def _sync(
    service: Conversations, user: str, after: ListCursor, up_to: ListCursor, replaced: dict[str, Any] | None = None
) -> Answer:
    body = {
        "userId": user,
        "epoch": after.epoch,
        "after": after.positions,
        "upTo": up_to.positions,
        **(replaced or {}),
    }
    return await service.request("POST", "/internal/sync", service=True, body=body)


async def test_sync_returns_exactly_the_changes_between_two_positions(sharded: Conversations) -> None:
    talks = [await sharded.new_conversation(buyer="amira") for _ in range(4)]
    await sharded.commands(*(talk.send_command("before") for talk in talks))
    after = await _list_cursor(sharded)
    await sharded.commands(talks[0].send_command("missed 1"), talks[0].send_command("missed 2"))
    await sharded.commands(talks[1].read_command())
    late: Talk = await sharded.new_conversation(buyer="amira")
    up_to = await _list_cursor(sharded)
    await sharded.commands(*(talk.send_command("after") for talk in [*talks[:3], late]))
    answer = await _sync(sharded, "amira", after, up_to)
    changes = SyncChanges.model_validate(answer.body, strict=False)
    by_id = {change.conversation_id: change for change in changes.conversations}
    first, second, new = by_id[talks[0].id], by_id[talks[1].id], by_id[late.id]
    assert [message.content for message in first.messages] == ["missed 1", "missed 2"]
    assert (first.last_seq, first.changed, first.limited) == (3, False, False)
    assert (second.messages, second.last_seq, second.counterpart_last_read_seq) == ([], 1, 1)
    assert (new.messages, new.last_seq, new.changed) == ([], 0, True)
    assert by_id.get(talks[3].id) is None
    if talks[2].id in by_id:  # it changed later: it may be told of, but without what came later
        assert (by_id[talks[2].id].messages, by_id[talks[2].id].last_seq) == ([], 1)


async def test_sync_inside_one_batch(service: Conversations) -> None:
    talk = await service.new_conversation()
    await service.commands(*(talk.send_command(str(number)) for number in range(5)))
    up_to = await _list_cursor(service)
    after = await _list_cursor(service)
    after.positions[talk.shard]["idx"] = 2  # behind the start and two messages
    up_to.positions[talk.shard]["idx"] = 4
    (change,) = (await _sync(service, talk.seller, after, up_to)).body["conversations"]
    assert [message["seq"] for message in change["messages"]] == [3, 4]
    assert change["lastSeq"] == 4


async def test_sync_returns_the_newest_fifty_and_says_if_there_are_more(service: Conversations) -> None:
    talk = await service.new_conversation()
    after = await _list_cursor(service)
    await service.commands(*(talk.send_command(str(number)) for number in range(50)))
    (exact,) = (await _sync(service, talk.seller, after, await _list_cursor(service))).body["conversations"]
    assert (len(exact["messages"]), exact["limited"]) == (50, False)
    await service.commands(talk.send_command("50"))
    (more,) = (await _sync(service, talk.seller, after, await _list_cursor(service))).body["conversations"]
    assert [message["seq"] for message in more["messages"]] == list(range(2, 52))
    assert more["limited"] is True


async def test_sync_refuses_too_many_changes_and_other_epochs(
    service: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    after = await _list_cursor(service)
    talks = [await service.new_conversation(buyer="ida") for _ in range(3)]
    up_to = await _list_cursor(service)
    beyond = [{"shard": 0, "pos": up_to.positions[0]["pos"] + 1, "idx": 0}]
    wrong: list[dict[str, Any]] = [{"epoch": "another"}, {"after": beyond}, {"upTo": beyond}, {"after": []}]
    for replaced in wrong:
        answer = await _sync(service, talks[0].buyer, after, up_to, replaced)
        assert (answer.status, answer.code) == (410, "resync_required"), replaced
    monkeypatch.setattr("services.conversations.store.sync.MAX_CONVERSATIONS", 2)
    answer = await _sync(service, "ida", after, up_to)
    assert (answer.status, answer.code) == (410, "resync_required")


async def test_a_new_epoch_ends_every_token_and_keeps_the_log(new_database: Callable[[int], str]) -> None:
    url = new_database(1)
    async with running_conversations(database_url=url) as service:
        talk = await service.new_conversation()
        before = await _list_cursor(service)
        ends = await service.ends()
        head = ends[talk.shard]
        epoch = await start_new_epoch(DatabaseSettings(database_url=url))
        after = await _list_cursor(service)
        assert after.epoch == epoch != before.epoch
        assert (await _sync(service, talk.buyer, before, before)).code == "resync_required"
        assert [batch["pos"] for batch in await service.log(shard=talk.shard, after=head - 1)] == [head]
        await talk.send("in the new epoch")
        *_, event = await service.events(after=ends)
        assert event["source"] == f"/conversations/{epoch}"
