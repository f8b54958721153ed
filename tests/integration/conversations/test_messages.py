"""Sending by REST, history by seq, and read state."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from contracts.generated.models import Message, MessagePage
from tests.kit.conversations import Conversations


async def test_sending_answers_201_with_the_committed_message(service: Conversations) -> None:
    talk = await service.new_conversation()
    answer = await talk.send("Hello!", key="c-1")
    assert answer.status == 201
    message = Message.model_validate(answer.body, strict=False)
    assert (message.seq, message.content, message.sender_id, message.client_message_id) == (
        1,
        "Hello!",
        talk.buyer,
        "c-1",
    )
    assert answer.body["createdAt"].endswith("Z")
    assert len(answer.body["createdAt"]) == len("2026-01-01T00:00:00.000000Z")
    assert (await talk.history()).body["messages"] == [answer.body]


async def test_without_a_client_message_id_the_server_makes_one(service: Conversations) -> None:
    talk = await service.new_conversation()
    first, second = await talk.send("same"), await talk.send("same")
    assert (first.status, second.status) == (201, 201)
    assert first.body["clientMessageId"] != second.body["clientMessageId"]


async def test_a_repeat_answers_200_with_the_stored_message(service: Conversations) -> None:
    talk = await service.new_conversation()
    first, repeat = await talk.send("Hello!", key="c-1"), await talk.send("Hello!", key="c-1")
    assert (first.status, repeat.status) == (201, 200)
    assert repeat.body == first.body


async def test_the_same_id_with_another_text_is_a_conflict(service: Conversations) -> None:
    talk = await service.new_conversation()
    await talk.send("Hello!", key="c-1")
    conflict = await talk.send("Goodbye!", key="c-1")
    assert (conflict.status, conflict.code) == (409, "client_message_id_conflict")
    assert (await talk.history()).body["lastSeq"] == 1


async def test_ids_are_each_senders_own(service: Conversations) -> None:
    talk = await service.new_conversation()
    assert (await talk.send("mine", key="c-1")).status == 201
    assert (await talk.send("yours", user=talk.seller, key="c-1")).status == 201


async def test_the_same_message_by_rest_and_by_the_batch_endpoint_at_once_is_stored_once(
    service: Conversations,
) -> None:
    talk = await service.new_conversation()
    for _ in range(10):
        key = str(uuid4())
        command = talk.send_command("once", key=key)
        by_rest, twice, (alone,) = await asyncio.gather(
            talk.send("once", key=key), service.commands(command, command), service.commands(command)
        )
        seqs = {by_rest.body["seq"], alone["seq"], *(result["seq"] for result in twice)}
        assert len(seqs) == 1
        stored_first = [by_rest.status == 201, not alone["duplicate"], *(not result["duplicate"] for result in twice)]
        assert stored_first.count(True) == 1
    assert (await talk.history()).body["lastSeq"] == 10


@pytest.mark.parametrize(
    ("data", "status", "code", "field"),
    [
        (b'{"content":""}', 422, "invalid_request", "content"),
        (b'{"content":"   \\n "}', 422, "invalid_request", "content"),
        (b'{"content":"a\\u0000b"}', 422, "invalid_request", "content"),
        (b'{"content":"' + b"x" * 4001 + b'"}', 422, "invalid_request", "content"),
        (b"{}", 422, "invalid_request", "content"),
        (b'{"content":7}', 422, "invalid_request", "content"),
        (b'{"content":"x","clientMessageId":""}', 422, "invalid_request", "clientMessageId"),
        (b'{"content":"x","clientMessageId":"with space"}', 422, "invalid_request", "clientMessageId"),
        (b'{"content":"x","clientMessageId":"' + b"k" * 65 + b'"}', 422, "invalid_request", "clientMessageId"),
        (b'{"content":', 400, "malformed_json", None),
        (b'{"content":"\\ud83d"}', 422, "invalid_request", "content"),
        (b'{"content":"\xff"}', 400, "malformed_json", None),
        (b"", 400, "malformed_json", None),
        (b'{"content":"' + b"x" * 1_000_000 + b'"}', 413, "payload_too_large", None),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_invalid_bodies_are_refused(
    service: Conversations, data: bytes, status: int, code: str, field: str | None
) -> None:
    talk = await service.new_conversation()
    path = f"/api/conversations/{talk.id}/messages"
    answer = await service.request("POST", path, user=talk.buyer, data=data)
    assert (answer.status, answer.code) == (status, code)
    if field is not None:
        assert [error["field"] for error in answer.body["errors"]] == [field]
    assert (await talk.history()).body["lastSeq"] == 0


async def test_the_longest_text_fits(service: Conversations) -> None:
    talk = await service.new_conversation()
    text = "🚲" * 4000
    assert (await talk.send(text)).body["content"] == text


async def test_only_json_is_accepted(service: Conversations) -> None:
    talk = await service.new_conversation()
    path, headers = f"/api/conversations/{talk.id}/messages", {"Content-Type": "text/plain"}
    answer = await service.request("POST", path, user=talk.buyer, data=b'{"content":"x"}', headers=headers)
    assert (answer.status, answer.code) == (415, "unsupported_media_type")


async def test_history_pages_in_both_directions(service: Conversations) -> None:
    talk = await service.new_conversation()
    await service.commands(*(talk.send_command(str(number)) for number in range(1, 131)))

    async def seqs(**params: Any) -> tuple[list[int], bool]:
        page = MessagePage.model_validate((await talk.history(**params)).body, strict=False)
        assert page.last_seq == 130
        return [message.seq for message in page.messages], page.has_more

    assert await seqs() == (list(range(81, 131)), True)
    assert await seqs(before=81) == (list(range(31, 81)), True)
    assert await seqs(before=31) == (list(range(1, 31)), False)
    assert await seqs(after=0, limit=200) == (list(range(1, 131)), False)
    assert await seqs(after=100, limit=20) == (list(range(101, 121)), True)
    assert await seqs(after=130) == ([], False)
    assert await seqs(before=1) == ([], False)
    assert await seqs(after=2**53 - 1) == ([], False)


@pytest.mark.parametrize(
    ("params", "fields"),
    [
        ({"before": 5, "after": 2}, ["before", "after"]),
        ({"around": 5, "after": 2}, ["after", "around"]),
        ({"around": 0}, ["around"]),
        ({"around": 2**53}, ["around"]),
        ({"around": "x"}, ["around"]),
        ({"before": 0}, ["before"]),
        ({"after": -1}, ["after"]),
        ({"limit": 0}, ["limit"]),
        ({"limit": 201}, ["limit"]),
        ({"before": 2**53}, ["before"]),
        ({"before": "x"}, ["before"]),
    ],
)
async def test_wrong_history_parameters_are_named(
    service: Conversations, params: dict[str, Any], fields: list[str]
) -> None:
    talk = await service.new_conversation()
    answer = await talk.history(**params)
    assert (answer.status, answer.code) == (422, "invalid_request")
    assert [error["field"] for error in answer.body["errors"]] == fields


async def test_fetching_history_marks_nothing_as_read(service: Conversations) -> None:
    talk = await service.new_conversation()
    await talk.send("unread")
    await talk.history(user=talk.seller)
    assert (await talk.view(talk.seller))["unreadCount"] == 1


async def test_the_read_mark_rises_and_is_clamped(service: Conversations) -> None:
    talk = await service.new_conversation()
    await service.commands(*(talk.send_command(str(number)) for number in range(5)))
    state = {"conversationId": str(talk.id)}
    assert (await talk.mark_read(3)).body == {**state, "lastReadSeq": 3, "unreadCount": 2}
    assert (await talk.mark_read(1)).body == {**state, "lastReadSeq": 3, "unreadCount": 2}
    assert (await talk.mark_read(2**53 - 1)).body == {**state, "lastReadSeq": 5, "unreadCount": 0}
    await talk.send("one more")
    assert (await talk.mark_read()).body == {**state, "lastReadSeq": 6, "unreadCount": 0}
    view = await talk.view(talk.buyer)
    assert (view["counterpartLastReadSeq"], view["lastReadSeq"]) == (6, 6)


async def test_post_marks_read_too(service: Conversations) -> None:
    talk = await service.new_conversation()
    await talk.send()
    path = f"/api/conversations/{talk.id}/read"
    assert (await service.request("POST", path, user=talk.seller, body={})).body["unreadCount"] == 0


async def test_sending_reads_for_the_sender_and_ones_own_messages_never_count(service: Conversations) -> None:
    talk = await service.new_conversation()
    await talk.send("1")
    await talk.send("2")
    await talk.send("3", user=talk.seller)
    assert (await talk.view(talk.seller))["unreadCount"] == 0
    assert (await talk.view(talk.buyer))["unreadCount"] == 1


async def test_a_read_event_is_sent_once_per_advance(service: Conversations) -> None:
    talk = await service.new_conversation()
    await talk.send()
    ends = await service.ends()
    await talk.mark_read()
    await talk.mark_read()
    events = [event for event in await service.events(after=ends) if event["type"] == "conversation.read.v1"]
    assert [event["data"]["lastReadSeq"] for event in events] == [1]
    assert events[0]["data"]["readerId"] == talk.seller


@pytest.mark.parametrize("seq", [0, -1, "3", 1.5])
async def test_an_invalid_seq_is_named(service: Conversations, seq: object) -> None:
    talk = await service.new_conversation()
    path = f"/api/conversations/{talk.id}/read"
    answer = await service.request("PUT", path, user=talk.seller, body={"seq": seq})
    assert (answer.status, answer.body["errors"][0]["field"]) == (422, "seq")
