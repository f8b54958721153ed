"""Editing one's own message: by whom, how long, and what becomes of the text."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
import orjson
import pytest

from chassis.http.app import METRICS
from marketplace_messaging.client import MessagingClient, RequestRefused
from services.conversations.command_kinds import CommandRules, MessageChange
from services.conversations.store import log_writes
from tests.integration.conversations.locked_log import locked_log, until_a_writer_waits
from tests.kit.conversations import Conversations, Talk, running_conversations
from tests.kit.credentials import token_of
from tests.kit.waiting import eventually

LOGGED = "SELECT pos, xmin, payload FROM event_log WHERE shard = $1 AND pos > $2 ORDER BY pos"
RACES = int(os.environ.get("EDIT_RACES", "25"))  # at most 1,000, as often as a message can change


@pytest.fixture
async def talk(service: Conversations) -> Talk:
    """The buyer has sent three messages."""
    talk = await service.new_conversation()
    for number in (1, 2, 3):
        await talk.send(f"text {number}", key=f"c-{number}")
    return talk


async def test_an_edit_answers_with_the_message_as_it_is_now(talk: Talk) -> None:
    (before, *_) = (await talk.history()).body["messages"]
    edited = await talk.edit(1, "another text")
    assert edited.status == 200
    assert edited.body == {
        **before,
        "content": "another text",
        "version": 1,
        "editedAt": edited.body["editedAt"],
    }
    assert edited.body["editedAt"] > before["createdAt"]
    assert (await talk.history()).body["messages"][0] == edited.body


async def test_the_list_shows_the_new_text_of_its_last_message_only(talk: Talk) -> None:
    """And the conversation keeps its place in the list."""
    before = await talk.view(talk.seller)
    await talk.edit(2, "not the last")
    assert await talk.view(talk.seller) == before
    await talk.edit(3, "é" * 170)
    after = await talk.view(talk.seller)
    assert after["lastMessage"] == {**before["lastMessage"], "preview": "é" * 160, "version": 1}
    assert {**after, "lastMessage": None} == {**before, "lastMessage": None}
    await talk.send("a new one")
    assert "version" not in (await talk.view(talk.seller))["lastMessage"]


async def test_both_people_can_read_the_earlier_texts(talk: Talk) -> None:
    """Oldest first; a message that was never edited has none, and nobody else sees any."""
    first = await talk.edit(1, "second text")
    await talk.edit(1, "third text", expected=1)
    sent = (await talk.history()).body["messages"][0]["createdAt"]
    for user in (talk.buyer, talk.seller):
        assert (await talk.versions(1, user=user)).body["versions"] == [
            {"version": 0, "content": "text 1", "writtenAt": sent},
            {"version": 1, "content": "second text", "writtenAt": first.body["editedAt"]},
        ]
        assert (await talk.versions(2, user=user)).body["versions"] == []
        assert (await talk.versions(9, user=user)).code == "message_not_found"
    assert (await talk.versions(1, user="stranger")).code == "conversation_not_found"


async def test_what_may_not_be_edited_is_refused_and_stays(talk: Talk) -> None:
    await talk.send("theirs", user=talk.seller)
    before = (await talk.history()).body
    assert (await talk.edit(4, "mine now")).code == "not_your_message"
    assert (await talk.edit(5, "nothing there")).code == "message_not_found"
    assert (await talk.edit(1, "x", user="stranger")).code == "conversation_not_found"
    assert (await talk.edit(1, "x", expected=1)).code == "version_conflict"  # it has no such version
    assert (await talk.edit(1, " ")).code == "invalid_request"
    for seq in ("0", "-1", "x", "1.0", "٣", "9" * 40):
        path = f"/api/conversations/{talk.id}/messages/{seq}"
        answer = await talk.service.request("PATCH", path, user=talk.buyer, body={"content": "x", "expectedVersion": 0})
        assert answer.code == "message_not_found", seq
    assert (await talk.history()).body == before


async def test_a_deleted_person_edits_nothing(talk: Talk) -> None:
    await talk.service.request("DELETE", f"/internal/users/{talk.buyer}", service=True)
    assert (await talk.edit(1, "too late")).code == "account_deleted"


async def test_a_message_can_be_edited_for_a_while(new_database: Callable[[int], str]) -> None:
    """The window is the operator's; repeating an edit that came in time still answers with it."""
    database_url = new_database(1)
    async with running_conversations(database_url=database_url) as service:
        talk = await service.new_conversation()
        await talk.send("text")
        edited = await talk.edit(1, "in time")
    async with running_conversations(database_url=database_url, edit_window_seconds=0) as service:
        talk = Talk(service, talk.id, talk.buyer, talk.seller, talk.item)
        assert (await talk.edit(1, "too late", expected=1)).code == "edit_window_passed"
        assert (await talk.edit(1, "in time")).body == edited.body


async def test_an_edit_may_be_repeated(talk: Talk) -> None:
    """Whoever lost the answer asks again, and nothing is logged twice."""
    first = await talk.edit(1, "another text")
    head = await talk.service.head()
    assert (await talk.edit(1, "another text")).body == first.body
    assert await talk.service.head() == head


async def test_a_repeated_send_is_compared_with_what_was_sent_not_with_what_it_became(talk: Talk) -> None:
    await talk.edit(1, "became this")
    repeat = await talk.send("text 1", key="c-1")
    assert (repeat.status, repeat.body["content"], repeat.body["version"]) == (200, "became this", 1)
    assert (await talk.send("became this", key="c-1")).code == "client_message_id_conflict"
    assert (await talk.send("something else", key="c-1")).code == "client_message_id_conflict"


async def test_of_two_edits_at_once_exactly_one_wins(talk: Talk) -> None:
    """Again and again: the other is told, and the winner's text is what is stored."""
    version = 0
    for attempt in range(RACES):
        texts = [f"{attempt} by the phone", f"{attempt} by the desk"]
        answers = await asyncio.gather(*(talk.edit(1, text, expected=version) for text in texts))
        won = [answer for answer in answers if answer.status == 200]
        assert [answer.code for answer in answers if answer.status != 200] == ["version_conflict"]
        version = won[0].body["version"]
        assert won[0].body["content"] in texts
        assert (await talk.history()).body["messages"][0] == won[0].body


async def test_an_edit_is_one_event_with_the_whole_message_for_both(talk: Talk) -> None:
    head = await talk.service.ends()
    edited = await talk.edit(1, "another text")
    (event,) = await talk.service.events(after=head)
    assert event["type"] == "message.changed.v1"
    assert event["data"] == {
        "conversationId": str(talk.id),
        "itemId": talk.item,
        "message": edited.body,
        "change": "edited",
        "recipients": [talk.buyer, talk.seller],
    }


async def test_the_python_client_edits_and_reads_earlier_texts(talk: Talk) -> None:
    """By REST."""
    await talk.service.put_user(talk.buyer)
    async with MessagingClient.open(talk.service.url, token_of(talk.buyer)) as client:
        (message, *_) = (await client.history(talk.id)).messages
        edited = await client.edit(talk.id, message, "another text")
        assert (edited.content, edited.version) == ("another text", 1)
        assert [version.content for version in await client.versions(talk.id, 1)] == ["text 1"]
        with pytest.raises(RequestRefused) as refused:
            await client.edit(talk.id, message, "a third text")
        assert refused.value.code == "version_conflict"


async def test_edits_are_counted_by_their_outcome(new_database: Callable[[int], str]) -> None:
    async with running_conversations(database_url=new_database(1)) as service:
        talk = await service.new_conversation()
        await talk.send("text")
        await talk.edit(1, "another text")
        await talk.edit(1, "a third text")
        registry = service.app[METRICS].registry
        counted = {
            outcome: registry.get_sample_value("conversations_commands_total", {"outcome": outcome})
            for outcome in ("stored", "changed", "version_conflict", "not_your_message")
        }
    assert counted == {"stored": 1, "changed": 1, "version_conflict": 1, "not_your_message": 0}


@pytest.fixture
async def withholding(new_database: Callable[[int], str]) -> AsyncIterator[Conversations]:
    async with running_conversations(database_url=new_database(1), events_withheld=" message.changed.v1 ") as service:
        yield service


async def test_while_old_readers_are_left_nothing_is_edited(withholding: Conversations) -> None:
    """The operator withholds the event; everything else goes on."""
    talk = await withholding.new_conversation()
    await talk.send("text")
    assert (await talk.edit(1, "another text")).code == "not_enabled"
    assert [event["type"] for event in await withholding.events()][-1] == "message.sent.v1"


async def test_edits_that_wait_together_with_messages_are_committed_with_them(talk: Talk, database_url: str) -> None:
    """Each takes a position of its own in the log, behind the messages, whatever came first."""
    head = await talk.service.head(talk.shard)
    async with locked_log(database_url):
        first = asyncio.create_task(talk.send("first"))  # is under way
        await until_a_writer_waits(database_url)
        waiting = [
            asyncio.create_task(one)
            for one in (talk.edit(1, "one"), talk.send("second"), talk.edit(9, "none"), talk.edit(2, "two"))
        ]
        await eventually(lambda: _queued(talk) == len(waiting), within=60)
    answers = await asyncio.gather(first, *waiting)
    assert [answer.status for answer in answers] == [201, 200, 201, 404, 200]
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch(LOGGED, talk.shard, head)
    await connection.close()
    assert len({row["xmin"] for row in rows}) == 2, "two transactions"
    types = [[event["type"] for event in orjson.loads(row["payload"])] for row in rows]
    assert types == [["message.sent.v1"], ["message.sent.v1"], ["message.changed.v1"], ["message.changed.v1"]]


async def test_an_edit_that_the_database_refuses_holds_up_neither_messages_nor_other_edits(
    talk: Talk, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All are rolled back, and executed one by one."""
    execute_single = log_writes.execute_single

    async def refused(connection: asyncpg.Connection, shard: int, change: MessageChange, rules: CommandRules) -> Any:
        if change.seq == 1:
            await connection.execute("SELECT 1 / 0")
        return await execute_single(connection, shard, change, rules)

    monkeypatch.setattr(log_writes, "execute_single", refused)
    async with locked_log(database_url):
        first = asyncio.create_task(talk.send("first"))
        await until_a_writer_waits(database_url)
        waiting = [asyncio.create_task(one) for one in (talk.edit(1, "one"), talk.send("second"), talk.edit(2, "two"))]
        await eventually(lambda: _queued(talk) == len(waiting), within=60)
    answers = await asyncio.gather(first, *waiting)
    assert [answer.status for answer in answers] == [201, 500, 201, 200]
    assert [message["content"] for message in (await talk.history()).body["messages"]] == [
        *("text 1", "two", "text 3", "first", "second")
    ]


def _queued(talk: Talk) -> float | None:
    registry = talk.service.app[METRICS].registry
    return registry.get_sample_value("conversations_commands_queued", {"shard": str(talk.shard)})
