"""Muting a conversation: for oneself, by REST and by commands, and without a trace for the other person."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import asyncpg
import orjson
import pytest
from pydantic import TypeAdapter

from contracts.generated.models import LogEvent
from marketplace_messaging.client import MessagingClient
from tests.kit.conversations import Conversations, Talk, running_conversations
from tests.kit.credentials import token_of

EVENT: TypeAdapter[LogEvent] = TypeAdapter(LogEvent)
PERSONAL = "conversation.personal.v1"


@pytest.fixture
async def talk(service: Conversations) -> Talk:
    talk = await service.new_conversation()
    await talk.send("hello")
    return talk


async def events_after(talk: Talk, ends: dict[int, int]) -> list[dict[str, Any]]:
    """All of them valid."""
    events = await talk.service.events(after=ends)
    for event in events:
        EVENT.validate_json(orjson.dumps(event))
    return events


@pytest.mark.parametrize("role", ["buyer", "seller"])
async def test_a_conversation_is_muted_for_one_person(talk: Talk, role: str) -> None:
    """And unmuted again; the other one sees nothing of it, nor does the order of anybody's list change."""
    user, other = (talk.buyer, talk.seller) if role == "buyer" else (talk.seller, talk.buyer)
    before, others = await talk.view(user), await talk.view(other)
    ends = await talk.service.ends()
    answer = await talk.mute(user=user)
    assert (answer.status, answer.body) == (200, {"muted": True})
    assert await talk.view(user) == {**before, "muted": True}
    (listed,) = (await talk.service.request("GET", "/api/conversations", user=user)).body["conversations"]
    assert listed == {**before, "muted": True}
    assert await talk.view(other) == others
    (event,) = await events_after(talk, ends)
    assert (event["type"], event["data"]) == (
        PERSONAL,
        {"conversationId": str(talk.id), "view": {"muted": True}, "recipients": [user]},
    )
    assert (await talk.mute(False, user=user)).body == {"muted": False}
    assert await talk.view(user) == before


async def test_muting_may_be_repeated(talk: Talk) -> None:
    """Also unmuting what is not muted: nothing is logged twice."""
    for muted in (False, True, False):
        await talk.mute(muted)
        ends = await talk.service.ends()
        assert (await talk.mute(muted)).body == {"muted": muted}
        (result,) = await talk.service.commands(mute_command(talk, talk.buyer, muted=muted))
        assert result == {"status": "view_changed", "view": {"muted": muted}, "duplicate": True}
        assert await talk.service.ends() == ends


async def test_a_muted_conversation_goes_on_as_before(talk: Talk) -> None:
    """Its messages are unread, and move it up; their events name the person, for `notifications` alone."""
    await talk.mute(user=talk.seller)
    ends = await talk.service.ends()
    await talk.send("one")
    await talk.post({"kind": "notice", "key": "k", "text": {"en": "two"}})
    view = await talk.view(talk.seller)
    assert (view["lastSeq"], view["unreadCount"], view["muted"]) == (3, 3, True)
    assert [event["data"]["mutedBy"] for event in await events_after(talk, ends)] == [[talk.seller]] * 2
    await talk.mute(user=talk.buyer)
    ends = await talk.service.ends()
    await talk.send("three")
    (event,) = await events_after(talk, ends)
    assert event["data"]["mutedBy"] == [talk.buyer, talk.seller]
    for user in (talk.buyer, talk.seller):
        await talk.mute(False, user=user)
    ends = await talk.service.ends()
    await talk.send("four")
    (event,) = await events_after(talk, ends)
    assert "mutedBy" not in event["data"]


async def test_a_deleted_message_still_names_those_who_muted(talk: Talk) -> None:
    """Its event loses the text only."""
    await talk.mute(user=talk.seller)
    ends = await talk.service.ends()
    sent = await talk.send("canary")
    await talk.delete(sent.body["seq"])
    first, *_ = await events_after(talk, ends)
    assert (first["data"]["message"]["deleted"], first["data"]["mutedBy"]) == (True, [talk.seller])


async def test_only_those_who_have_it_in_their_list_mute_a_conversation(service: Conversations) -> None:
    """A seller has it from the first message on."""
    talk = await service.new_conversation()
    assert (await talk.mute(user="a-stranger")).code == "conversation_not_found"
    assert (await talk.mute(user=talk.seller)).code == "conversation_not_found"
    assert (await talk.mute(user=talk.buyer)).status == 200
    await talk.send("hello")
    assert (await talk.mute(user=talk.seller)).status == 200
    unknown = await service.request("PUT", f"/api/conversations/{uuid4()}/mute", user=talk.buyer, body={"muted": True})
    assert unknown.code == "conversation_not_found"


async def test_a_deleted_account_mutes_nothing(talk: Talk) -> None:
    """The other person still does."""
    gone = await talk.service.request("DELETE", f"/internal/users/{talk.seller}", service=True)
    assert gone.status in (200, 204)
    assert (await talk.mute(user=talk.seller)).code == "account_deleted"
    assert (await talk.mute(user=talk.buyer)).status == 200


@pytest.mark.parametrize("muted", [None, "yes", 1])
async def test_the_body_says_whether_to_mute(talk: Talk, muted: object) -> None:
    assert (await talk.mute(muted)).code == "invalid_request"


async def test_an_unmuted_conversation_costs_nothing(talk: Talk, database_url: str) -> None:
    """All columns of a view are null while nothing was set, and what was set is null again after unmuting."""
    connection = await asyncpg.connect(database_url)
    try:
        query = "SELECT buyer_muted, seller_muted, buyer_view_pos, seller_view_pos FROM conversations WHERE id = $1"
        before = await connection.fetch(query, talk.id)
        await talk.mute()
        await talk.mute(False)
        (row,) = await connection.fetch(query, talk.id)
    finally:
        await connection.close()
    assert [set(columns) for columns in before] == [{None}]
    assert row["buyer_view_pos"] is not None
    assert [row[name] for name in ("buyer_muted", "seller_muted", "seller_view_pos")] == [None] * 3


@pytest.fixture
async def withholding(new_database: Callable[[int], str]) -> AsyncIterator[Conversations]:
    async with running_conversations(database_url=new_database(1), events_withheld=PERSONAL) as service:
        yield service


async def test_while_old_readers_are_left_nothing_is_muted(withholding: Conversations) -> None:
    """The operator withholds the event; everything else goes on."""
    talk = await withholding.new_conversation()
    await talk.send("text")
    assert (await talk.mute()).code == "not_enabled"
    assert "muted" not in await talk.view(talk.buyer)
    assert (await talk.edit(1, "edited")).status == 200


async def test_the_python_client_mutes_by_rest(talk: Talk) -> None:
    async with MessagingClient.open(talk.service.url, token_of(talk.buyer)) as client:
        assert (await client.conversation(talk.id)).muted is None
        await client.mute(talk.id)
        assert (await client.conversation(talk.id)).muted is True
        await client.mute(talk.id, muted=False)
        assert (await client.conversation(talk.id)).muted is None


def mute_command(talk: Talk, user: str, *, muted: bool) -> dict[str, Any]:
    return {"kind": "mute_conversation", "userId": user, "conversationId": str(talk.id), "muted": muted}
