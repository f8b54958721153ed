"""Deleting one's own message for both people: by whom, how long, and what is left."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any
from uuid import uuid4

import asyncpg
import orjson
import pytest

from marketplace_messaging.client import MessagingClient, RequestRefused
from tests.kit.conversations import Conversations, Talk, running_conversations
from tests.kit.credentials import token_of

CANARY = "canary-7d1f"
_SHED = {"editedAt", "reactions"}


@pytest.fixture
async def talk(service: Conversations) -> Talk:
    """The buyer has sent three messages."""
    talk = await service.new_conversation()
    for number in (1, 2, 3):
        await talk.send(f"{CANARY} {number}", key=f"c-{number}")
    return talk


async def test_a_deletion_answers_with_what_is_left(talk: Talk) -> None:
    """Its seq, ids and time; and the other messages stay as they were."""
    await talk.edit(2, f"{CANARY} edited")
    before = (await talk.history()).body["messages"]
    deleted = await talk.delete(2)
    kept = {name: before[1][name] for name in ("id", "seq", "senderId", "clientMessageId", "createdAt")}
    assert (deleted.status, deleted.body) == (200, {**kept, "content": "(deleted)", "version": 2, "deleted": True})
    assert (await talk.history()).body["messages"] == [before[0], deleted.body, before[2]]


async def test_the_list_says_that_its_last_message_was_deleted(talk: Talk) -> None:
    """The conversation keeps its place, and what was unread stays so."""
    before = await talk.view(talk.seller)
    await talk.delete(2)
    assert await talk.view(talk.seller) == before
    await talk.delete(3)
    after = await talk.view(talk.seller)
    assert after["lastMessage"] == {**before["lastMessage"], "preview": "(deleted)", "version": 1, "deleted": True}
    assert {**after, "lastMessage": None} == {**before, "lastMessage": None}
    await talk.send("a new one")
    assert (await talk.view(talk.seller))["lastMessage"].keys() == before["lastMessage"].keys()


async def test_earlier_texts_are_deleted_with_it(talk: Talk) -> None:
    for version in (0, 1):
        await talk.edit(1, f"{CANARY} {version} edited", expected=version)
    await talk.delete(1)
    for user in (talk.buyer, talk.seller):
        assert (await talk.versions(1, user=user)).body == {"versions": []}


async def test_what_may_not_be_deleted_is_refused_and_stays(talk: Talk) -> None:
    await talk.send("theirs", user=talk.seller)
    before = (await talk.history()).body
    assert (await talk.delete(4)).code == "not_your_message"
    assert (await talk.delete(5)).code == "message_not_found"
    assert (await talk.delete(1, user="stranger")).code == "conversation_not_found"
    await talk.service.request("DELETE", f"/internal/users/{talk.buyer}", service=True)
    assert (await talk.delete(1)).code == "account_deleted"
    assert (await talk.history()).body == before


async def test_a_message_can_be_deleted_for_a_while(new_database: Callable[[int], str]) -> None:
    """The window is the operator's, and clients know it; repeating a deletion that came in time is still answered."""
    database_url = new_database(1)
    async with running_conversations(database_url=database_url, delete_window_seconds=60) as service:
        talk = await service.new_conversation()
        for text in ("one", "two"):
            await talk.send(text)
        deleted = await talk.delete(1)
        assert (await talk.history()).body["deleteWindowSeconds"] == 60
    async with running_conversations(database_url=database_url, delete_window_seconds=0) as service:
        talk = Talk(service, talk.id, talk.buyer, talk.seller, talk.item)
        assert (await talk.delete(2)).code == "delete_window_passed"
        assert (await talk.delete(1)).body == deleted.body


async def test_a_deletion_may_be_repeated(talk: Talk) -> None:
    """Nothing is logged twice, and the version stays."""
    first = await talk.delete(1)
    head = await talk.service.head()
    assert (await talk.delete(1)).body == first.body
    assert await talk.service.head() == head


async def test_a_deleted_message_is_not_edited(talk: Talk) -> None:
    """Whatever the text, even that of the placeholder; and the author of the edit learns why."""
    await talk.delete(1)
    for text in ("another text", "(deleted)"):
        for expected in (0, 1):
            assert (await talk.edit(1, text, expected=expected)).code == "message_deleted"


async def test_a_repeated_send_finds_its_deleted_message(talk: Talk) -> None:
    """A client that lost the ack does not send it anew; another text is still a conflict."""
    await talk.edit(2, "became this")
    for seq in (1, 2):
        deleted = await talk.delete(seq)
        repeat = await talk.send(f"{CANARY} {seq}", key=f"c-{seq}")
        assert (repeat.status, repeat.body) == (200, deleted.body)
        assert (await talk.send("(deleted)", key=f"c-{seq}")).code == "client_message_id_conflict"


async def test_a_repeated_reply_finds_its_deleted_message(talk: Talk) -> None:
    """What it answered still belongs to the key, and is not shown."""
    await talk.send("an answer", key="reply", reply_to=1)
    deleted = await talk.delete(4)
    assert "replyTo" not in deleted.body
    repeat = await talk.send("an answer", key="reply", reply_to=1)
    assert (repeat.status, repeat.body) == (200, deleted.body)
    assert (await talk.send("an answer", key="reply")).code == "client_message_id_conflict"


async def test_a_deleted_message_has_no_reactions_and_gets_none(talk: Talk) -> None:
    await talk.react(1, "👍", user=talk.seller)
    assert "reactions" not in (await talk.delete(1)).body
    for emoji in ("👍", None):
        assert (await talk.react(1, emoji, user=talk.seller)).code == "message_deleted"


async def test_a_deletion_is_one_event_with_the_message_for_both(talk: Talk) -> None:
    head = await talk.service.ends()
    deleted = await talk.delete(1)
    (event,) = await talk.service.events(after=head)
    assert (event["type"], event["data"]) == (
        "message.changed.v1",
        {
            "conversationId": str(talk.id),
            "itemId": talk.item,
            "message": deleted.body,
            "change": "deleted",
            "recipients": [talk.buyer, talk.seller],
        },
    )


async def test_no_byte_of_the_text_is_left_in_the_database(talk: Talk, database: asyncpg.Connection) -> None:
    """In no table: also not in the log, where it was sent and edited; all else there stays as it was.

    Nor its digest, with which a guess at the text could be confirmed.
    """
    secret = uuid4().hex
    digest = sha256(secret.encode()).hexdigest()[:8]
    for _ in range(2):
        await talk.send(secret)
    await talk.edit(4, f"{secret} edited")
    await talk.edit(5, f"{secret} edited")
    await talk.edit(4, f"{secret} edited again", expected=1)
    await talk.react(4, "👍")
    before = await talk.service.events()
    assert {name for name in await _tables_with(database, secret) if "event_log" not in name} == {
        "conversations",
        "message_versions",
        "messages",
    }
    assert await _tables_with(database, digest) == ["messages"]
    for seq in (4, 5):
        await talk.delete(seq)
    assert await _tables_with(database, secret) == await _tables_with(database, digest) == []
    ids = {event["id"] for event in before}
    after = [event for event in await talk.service.events() if event["id"] in ids]
    assert [_without_message(event) for event in after] == [_without_message(event) for event in before]
    for was, now in zip(before, after, strict=True):
        if secret in repr(was):
            left = {name: value for name, value in was["data"]["message"].items() if name not in _SHED}
            assert now["data"]["message"] == {**left, "content": "(deleted)", "deleted": True}
        else:
            assert now == was


async def test_the_log_keeps_the_text_of_other_messages_of_the_same_batch(
    talk: Talk, database: asyncpg.Connection
) -> None:
    """And the form of its JSON: consumers look for the first time without parsing it."""
    command = {"kind": "send_message", "userId": talk.buyer, "conversationId": str(talk.id)}
    commands = [{**command, "clientMessageId": f"b-{n}", "content": f'"{CANARY}" \\ {n} 🚲'} for n in range(3)]
    await talk.service.commands(*commands)
    newest = "SELECT payload FROM event_log WHERE payload LIKE '%\"b-1\"%' ORDER BY pos LIMIT 1"
    before = await database.fetchval(newest)
    await talk.delete(5)
    after = await database.fetchval(newest)
    was, now = orjson.loads(before), orjson.loads(after)
    assert (now[0], now[2]) == (was[0], was[2])
    assert now[1]["data"]["message"]["content"] == "(deleted)"
    assert after.split('"data"')[0] == before.split('"data"')[0]


async def test_the_python_client_deletes(talk: Talk) -> None:
    """By REST."""
    await talk.service.put_user(talk.buyer)
    async with MessagingClient.open(talk.service.url, token_of(talk.buyer)) as client:
        deleted = await client.delete(talk.id, 1)
        assert (deleted.content, deleted.deleted, deleted.version) == ("(deleted)", True, 1)
        with pytest.raises(RequestRefused) as refused:
            await client.delete(talk.id, 9)
        assert refused.value.code == "message_not_found"


async def _tables_with(database: asyncpg.Connection, text: str) -> list[str]:
    tables = "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    return [
        name
        for (name,) in await database.fetch(tables)
        if any(text in row for (row,) in await database.fetch(f"SELECT t::text FROM {name} t"))  # noqa: S608 - as above
    ]


def _without_message(event: dict[str, Any]) -> dict[str, Any]:
    return {**event, "data": {name: value for name, value in event["data"].items() if name != "message"}}
