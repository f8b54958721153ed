"""Replies: the message that one answers is named by its seq; and the page around a message."""

from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from services.conversations.domain import new_id, shard_of
from services.conversations.migrate import migrate
from services.conversations.settings import DatabaseSettings
from tests.kit.conversations import Conversations, Talk, running_conversations

PREVIOUS_RELEASE = "SELECT * FROM apply_commands($1, $2, $3, $4, $5, $6, $7, $8)"


@pytest.fixture
async def talk(service: Conversations) -> Talk:
    """The buyer has sent three messages."""
    talk = await service.new_conversation()
    for number in (1, 2, 3):
        await talk.send(f"text {number}", key=f"c-{number}")
    return talk


async def test_a_reply_carries_the_seq_of_the_message_that_it_answers_everywhere(talk: Talk) -> None:
    """In the answer, the history and the log; a plain message carries nothing."""
    ends = await talk.service.ends()
    sent = await talk.send("an answer", user=talk.seller, reply_to=2)
    assert (sent.status, sent.body["replyTo"]) == (201, 2)
    page = (await talk.history()).body["messages"]
    assert page[-1] == sent.body
    assert all("replyTo" not in message for message in page[:-1])
    (event,) = await talk.service.events(after=ends)
    assert event["data"]["message"] == sent.body


async def test_a_reply_to_a_message_that_is_not_there_names_the_field(talk: Talk) -> None:
    other = await talk.service.new_conversation()
    for missing in (4, 5, 2**53 - 1):
        refused = await talk.send("an answer", reply_to=missing)
        assert (refused.status, refused.code) == (422, "reply_to_not_found")
        assert [error["field"] for error in refused.body["errors"]] == ["replyTo"]
    assert (await other.send("to another conversation's message", reply_to=1)).code == "reply_to_not_found"
    for wrong in (0, -1, "1", 1.5):
        invalid = await talk.send("an answer", reply_to=wrong)
        assert (invalid.status, invalid.code) == (422, "invalid_request")
        assert [error["field"] for error in invalid.body["errors"]] == ["replyTo"]
    assert (await talk.history()).body["lastSeq"] == 3


async def test_a_reply_to_a_message_of_its_own_batch_is_refused_and_leaves_no_gap(talk: Talk) -> None:
    """Nobody can know that seq yet."""
    results = await talk.service.commands(
        talk.send_command("first"), talk.send_command("to the first", replyTo=4), talk.send_command("second")
    )
    assert [result.get("code") or result["seq"] for result in results] == [4, "reply_to_not_found", 5]


async def test_a_repeat_is_the_duplicate_and_with_another_message_to_answer_it_is_a_conflict(talk: Talk) -> None:
    """Also after an edit, and within one batch."""
    sent = await talk.send("an answer", key="r-1", reply_to=2)
    await talk.edit(4, "edited")
    repeat = await talk.send("an answer", key="r-1", reply_to=2)
    assert (repeat.status, repeat.body["id"], repeat.body["replyTo"]) == (200, sent.body["id"], 2)
    for other in (1, 9, None):
        assert (await talk.send("an answer", key="r-1", reply_to=other)).code == "client_message_id_conflict"
    assert (await talk.send("text 1", key="c-1", reply_to=2)).code == "client_message_id_conflict"
    results = await talk.service.commands(
        talk.send_command("twice", key="r-2", replyTo=1),
        talk.send_command("twice", key="r-2", replyTo=1),
        talk.send_command("twice", key="r-2", replyTo=2),
        talk.send_command("twice", key="r-2"),
    )
    assert [result.get("code") or result["duplicate"] for result in results] == [
        False,
        True,
        "client_message_id_conflict",
        "client_message_id_conflict",
    ]


async def test_an_edit_keeps_what_a_message_answers(talk: Talk) -> None:
    await talk.send("an answer", reply_to=3)
    assert (await talk.edit(4, "a better answer")).body["replyTo"] == 3
    assert (await talk.history()).body["messages"][-1]["replyTo"] == 3


async def test_the_previous_release_sends_while_the_database_is_migrated_under_it(
    new_database: Callable[[int], str],
) -> None:
    """Its call has no argument for replies; it was prepared before the function was replaced."""
    url = new_database(1)
    async with running_conversations(database_url=url) as service:
        talk = await service.new_conversation()
        connection = await asyncpg.connect(url)
        statement = await connection.prepare(PREVIOUS_RELEASE)

        async def send(text: str) -> Any:
            keys = ["send_message"], [talk.buyer], [talk.id], [text], [new_id()], [text], [None]
            return await statement.fetchrow(shard_of(talk.id, 1), *keys)

        assert (await send("before"))["seq"] == 1
        await connection.execute("COMMENT ON FUNCTION text_digest(text) IS 'those of the release before'")
        await migrate(DatabaseSettings(database_url=url, log_shards=1))
        assert (await send("after"))["seq"] == 2
        assert (await talk.send("an answer", reply_to=2)).body["seq"] == 3
        await connection.close()


async def test_a_page_around_a_message_holds_older_and_newer_ones(service: Conversations) -> None:
    talk = await service.new_conversation()
    await service.commands(*(talk.send_command(str(number)) for number in range(1, 131)))

    async def around(seq: int, limit: int) -> tuple[list[int], bool, bool]:
        page = (await talk.history(around=seq, limit=limit)).body
        assert page["lastSeq"] == 130
        return [message["seq"] for message in page["messages"]], page["hasMore"], page["hasNewer"]

    assert await around(60, 10) == (list(range(55, 65)), True, True)
    assert await around(60, 11) == (list(range(55, 66)), True, True)
    assert await around(60, 1) == ([60], True, True)
    assert await around(3, 10) == (list(range(1, 11)), False, True)
    assert await around(6, 10) == (list(range(1, 11)), False, True)
    assert await around(128, 10) == (list(range(123, 131)), True, False)
    assert await around(130, 1) == ([130], True, False)
    assert await around(1, 200) == (list(range(1, 131)), False, False)
    assert "hasNewer" not in (await talk.history()).body


async def test_a_page_around_a_message_that_is_not_there_is_not_found(talk: Talk) -> None:
    for seq in (4, 2**53 - 1):
        missing = await talk.history(around=seq)
        assert (missing.status, missing.code) == (404, "message_not_found")
    assert (await talk.history(around=1, user="stranger")).code == "conversation_not_found"
