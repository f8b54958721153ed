"""Reactions: whose, which emoji, and what they leave alone."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from marketplace_messaging.client import MessagingClient
from tests.kit.conversations import Answer, Conversations, Talk
from tests.kit.credentials import token_of

THUMB, HEART = "👍", "❤️"


@pytest.fixture
async def talk(service: Conversations) -> Talk:
    """The buyer has sent two messages, the seller one."""
    talk = await service.new_conversation()
    for user in (talk.buyer, talk.buyer, talk.seller):
        await talk.send("a text", user=user)
    return talk


async def message(talk: Talk, seq: int) -> dict[str, Any]:
    found: dict[str, Any] = (await talk.history()).body["messages"][seq - 1]
    return found


async def test_both_people_react_to_any_message_and_nothing_else_of_it_changes(talk: Talk) -> None:
    """Their own too. Those who reacted first come first."""
    before = await message(talk, 1)
    await talk.react(1, THUMB, user=talk.seller)
    answer = await talk.react(1, HEART, user=talk.buyer)
    assert answer.status == 200
    assert answer.body == {
        **before,
        "version": 2,
        "reactions": [{"userId": talk.seller, "emoji": THUMB}, {"userId": talk.buyer, "emoji": HEART}],
    }
    assert await message(talk, 1) == answer.body
    assert (await talk.versions(1)).body["versions"] == []


async def test_another_emoji_takes_the_place_of_the_one_before(talk: Talk) -> None:
    await talk.react(1, THUMB, user=talk.seller)
    await talk.react(1, THUMB, user=talk.buyer)
    answer = await talk.react(1, HEART, user=talk.seller)
    assert answer.body["reactions"] == [
        {"userId": talk.seller, "emoji": HEART},
        {"userId": talk.buyer, "emoji": THUMB},
    ]


async def test_a_reaction_can_be_removed_by_its_person_only(talk: Talk) -> None:
    await talk.react(1, THUMB, user=talk.seller)
    await talk.react(1, HEART, user=talk.buyer)
    assert (await talk.react(1, None, user=talk.buyer)).body["reactions"] == [{"userId": talk.seller, "emoji": THUMB}]
    last = await talk.react(1, None, user=talk.seller)
    assert "reactions" not in last.body
    assert last.body["version"] == 4


async def test_a_reaction_may_be_repeated(talk: Talk) -> None:
    """Also the removal of none: nothing is logged twice."""
    for emoji in (None, THUMB, None):
        first = await talk.react(1, emoji)
        ends = await talk.service.ends()
        assert (await talk.react(1, emoji)).body == first.body
        (result,) = await talk.service.commands(talk.react_command(1, emoji))
        assert (result["message"], result["duplicate"]) == (first.body, True)
        assert await talk.service.ends() == ends


async def test_two_reactions_at_once_are_both_stored(talk: Talk) -> None:
    await asyncio.gather(talk.react(1, THUMB, user=talk.buyer), talk.react(1, HEART, user=talk.seller))
    reactions = (await message(talk, 1))["reactions"]
    assert sorted(reaction["emoji"] for reaction in reactions) == sorted([THUMB, HEART])


async def test_an_edit_and_reactions_do_not_conflict_in_any_order(talk: Talk) -> None:
    """The edit names the version from before the reactions; also when all come at once."""
    steps: dict[str, Callable[[int], Awaitable[Answer]]] = {
        "edit": lambda seq: talk.edit(seq, "another text", expected=0),
        "buyer": lambda seq: talk.react(seq, THUMB, user=talk.buyer),
        "seller": lambda seq: talk.react(seq, HEART, user=talk.seller),
    }
    for order in itertools.permutations(steps):
        seq = (await talk.send("a text")).body["seq"]
        answers = [await steps[step](seq) for step in order]
        assert [answer.status for answer in answers] == [200, 200, 200], order
        await assert_all_three(talk, seq)
    seq = (await talk.send("a text")).body["seq"]
    answers = await asyncio.gather(*(step(seq) for step in steps.values()))
    assert [answer.status for answer in answers] == [200, 200, 200]
    await assert_all_three(talk, seq)


async def assert_all_three(talk: Talk, seq: int) -> None:
    now = await message(talk, seq)
    assert (now["content"], now["version"], len(now["reactions"])) == ("another text", 3, 2)
    assert (await talk.edit(seq, "a third text", expected=0)).code == "version_conflict"


async def test_a_reaction_changes_neither_the_list_nor_what_is_unread(talk: Talk) -> None:
    """But the version of the last message, so that a client keeps the newest form of it."""
    people = (talk.buyer, talk.seller)
    before = [await talk.view(user) for user in people]
    await talk.react(1, THUMB)
    assert [await talk.view(user) for user in people] == before
    await talk.react(3, THUMB)
    for user, view in zip(people, before, strict=True):
        assert await talk.view(user) == {**view, "lastMessage": {**view["lastMessage"], "version": 1}}


async def test_a_repeated_send_finds_a_message_that_has_reactions(talk: Talk) -> None:
    sent = await talk.send("a text", key="again")
    await talk.react(sent.body["seq"], THUMB)
    assert (await talk.send("a text", key="again")).status == 200
    assert (await talk.send("another text", key="again")).code == "client_message_id_conflict"


async def test_what_is_not_exactly_one_emoji_is_refused_by_its_name(talk: Talk) -> None:
    """By REST and for sockets alike."""
    texts = [
        "",
        " ",
        "ok",
        ":-)",
        "1",
        "👍👍",
        "👍 ",
        "a👍",
        "👍\ufe0f",
        "❤",
        "🇩",
        "🇽🇽",
        "🏻",
        "\u200d",
        "👩\u200d",
        "👩\u200d👍",
    ]
    for emoji in (*texts, 1):
        answer = await talk.put("messages/1/reaction", {"emoji": emoji}, user=talk.buyer)
        assert answer.code == "invalid_request"
        assert answer.body["errors"] == [{"field": "emoji", "message": "Must be exactly one emoji, fully qualified"}]
        (result,) = await talk.service.commands(talk.react_command(1, emoji))
        assert (result["code"], result["detail"]) == ("invalid_request", "Wrong: react.emoji")
    assert "version" not in await message(talk, 1)


async def test_emoji_of_any_length_are_stored_as_they_were_sent(talk: Talk) -> None:
    for emoji in (THUMB, HEART, "1️⃣", "🇩🇪", "👋🏽", "🧑🏽‍🚀", "👨‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👩🏻‍❤️‍💋‍👨🏿"):
        await talk.react(1, emoji)
        assert (await message(talk, 1))["reactions"] == [{"userId": talk.buyer, "emoji": emoji}]


async def test_who_may_not_react_is_told_why(talk: Talk) -> None:
    assert (await talk.react(4, THUMB)).code == "message_not_found"
    assert (await talk.react(1, THUMB, user="stranger")).code == "conversation_not_found"
    await talk.service.request("DELETE", f"/internal/users/{talk.buyer}", service=True)
    assert (await talk.react(1, THUMB)).code == "account_deleted"
    assert "version" not in await message(talk, 1)


async def test_a_reaction_is_one_event_with_the_whole_message_for_both(talk: Talk) -> None:
    head = await talk.service.ends()
    reacted = await talk.react(3, THUMB)
    (event,) = await talk.service.events(after=head)
    assert event["type"] == "message.changed.v1"
    assert event["data"] == {
        "conversationId": str(talk.id),
        "itemId": talk.item,
        "message": reacted.body,
        "change": "reacted",
        "recipients": [talk.buyer, talk.seller],
    }


async def test_the_python_client_reacts(talk: Talk) -> None:
    """By REST."""
    await talk.service.put_user(talk.seller)
    async with MessagingClient.open(talk.service.url, token_of(talk.seller)) as client:
        reacted = await client.react(talk.id, 1, THUMB)
        assert [(one.user_id, one.emoji) for one in reacted.reactions or []] == [(talk.seller, THUMB)]
        assert (await client.react(talk.id, 1, None)).reactions is None


async def test_a_message_cannot_be_changed_without_end(talk: Talk, database: asyncpg.Connection) -> None:
    """Whoever reacts all the time prevents no edit; and a deletion is always possible."""
    changed = "UPDATE messages SET version = $2 WHERE conversation_id = $1 AND seq = 1"
    await database.execute(changed, talk.id, 499)
    assert (await talk.react(1, "👍", user=talk.seller)).status == 200
    assert (await talk.react(1, "🎉", user=talk.seller)).code == "too_many_changes"
    assert (await talk.react(1, "👍", user=talk.seller)).status == 200, "changes nothing"
    assert (await talk.edit(1, "an edit", expected=500)).status == 200
    await database.execute(changed, talk.id, 1000)
    assert (await talk.edit(1, "one too many", expected=1000)).code == "too_many_changes"
    assert (await talk.delete(1)).status == 200
