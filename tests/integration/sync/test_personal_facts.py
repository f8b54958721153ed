"""What a person sets for themselves reaches all of their devices and nobody else: live, resumed, and by REST."""

from collections.abc import AsyncIterator, Callable

import pytest

from tests.integration.sync.occurrences import PATIENCE_SECONDS
from tests.kit.client import Json, Socket, connect
from tests.kit.conversations import Answer, Conversations, Talk, running_conversations
from tests.kit.replicas import Replica, delivery_settings, replica
from tests.kit.waiting import eventually


@pytest.fixture
async def service(new_database: Callable[[int], str], amqp_url: str) -> AsyncIterator[Conversations]:
    async with running_conversations(database_url=new_database(1), amqp_url=amqp_url) as running:
        yield running


@pytest.fixture(params=[{}, {"recent_max_bytes": 0}], ids=["memory", "sql"])
async def delivery(service: Conversations, amqp_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Replica]:
    """Answers `resume` from memory, or must always ask the database."""
    settings = delivery_settings(amqp_url=amqp_url, conversations_url=service.url, **request.param)
    async with replica(settings) as running:
        yield running


@pytest.fixture
async def talk(service: Conversations) -> Talk:
    talk = await service.new_conversation()
    await talk.send("hello")
    await talk.mark_read()
    return talk


async def test_the_other_person_receives_no_byte_of_it(service: Conversations, delivery: Replica, talk: Talk) -> None:
    """The one who mutes goes on writing: only their messages arrive."""
    await _caught_up(delivery, service)
    answers = await _fetched(talk, talk.seller)
    async with connect(delivery, talk.seller) as away:
        token = away.welcome["token"]
    async with connect(delivery, talk.seller) as seller, connect(delivery, talk.buyer) as buyer:
        for muted in (True, False, True):
            await buyer.send("mute_conversation", conversationId=str(talk.id), muted=muted, ref="mute")
            await buyer.expect("view_changed", ref="mute")
        await _caught_up(delivery, service)
        assert await seller.settle() == []
        assert await _resumed(delivery, talk.seller, token) == []
        assert await _fetched(talk, talk.seller) == answers
        await talk.send("Are you there?")
        (message,) = await _applied(service, delivery, seller)
        assert message["type"] == "new_message"
        assert "mute" not in repr(message)
    (conversation,) = await _resumed(delivery, talk.seller, token)
    assert (conversation["changed"], len(conversation["messages"])) == (False, 1)
    assert "mute" not in repr(conversation)


async def test_every_device_of_the_person_follows(service: Conversations, delivery: Replica, talk: Talk) -> None:
    """Live, and after an absence; what was so already tells none of them."""
    await _caught_up(delivery, service)
    async with connect(delivery, talk.seller) as away:
        token = away.welcome["token"]
    async with connect(delivery, talk.seller) as phone, connect(delivery, talk.seller) as laptop:
        await phone.send("mute_conversation", conversationId=str(talk.id), muted=True)
        for device in (phone, laptop):
            assert (await device.expect("view_changed"))["view"] == {"muted": True}
        await talk.mute(user=talk.seller)
        assert [await _applied(service, delivery, device) for device in (phone, laptop)] == [[], []]
        (conversation,) = await _resumed(delivery, talk.seller, token)
        assert (conversation["changed"], conversation["messages"]) == (True, [])
        assert (await talk.view(talk.seller))["muted"] is True
        await talk.mute(False, user=talk.seller)
        for device in (phone, laptop):
            assert (await device.expect("view_changed"))["view"] == {"muted": False}
    assert "muted" not in await talk.view(talk.seller)


async def test_an_answer_by_itself_says_what_is_so_and_has_no_token(delivery: Replica, talk: Talk) -> None:
    """With `ref`, or if nothing changed; else the frame from the log is the answer."""
    async with connect(delivery, talk.buyer) as buyer:
        for muted in (True, True, False):
            fields = {"conversationId": str(talk.id), "muted": muted}
            await buyer.send("mute_conversation", **fields, ref="asked")
            answer = await buyer.expect("view_changed", ref="asked")
            assert answer == {"type": "view_changed", **_shown(talk, muted=muted), "ref": "asked"}
        logged = [await buyer.expect("view_changed") for _ in range(2)]
        assert [(frame["view"]["muted"], "token" in frame) for frame in logged] == [(True, True), (False, True)]
        await buyer.send("mute_conversation", conversationId=str(talk.id), muted=False)
        assert await buyer.expect("view_changed") == {"type": "view_changed", **_shown(talk, muted=False)}


def _shown(talk: Talk, *, muted: bool) -> Json:
    return {"conversationId": str(talk.id), "view": {"muted": muted}}


async def _applied(service: Conversations, delivery: Replica, socket: Socket) -> list[Json]:
    """All that a socket has received once its replica has everything that is committed."""
    await _caught_up(delivery, service)
    return await socket.settle()


async def _resumed(delivery: Replica, user: str, token: str) -> list[Json]:
    async with connect(delivery, user) as socket:
        await socket.send("resume", token=token, ref="resume")
        conversations: list[Json] = (await socket.expect("resumed", ref="resume"))["conversations"]
        return conversations


async def _fetched(talk: Talk, user: str) -> list[object]:
    """Everything that REST shows a person; the list's token is a position of the log, which all events share."""
    page: Answer = await talk.service.request("GET", "/api/conversations", user=user)
    rest = {name: value for name, value in page.body.items() if name != "token"}
    return [rest, await talk.view(user), (await talk.history(user=user)).body]


async def _caught_up(delivery: Replica, service: Conversations) -> None:
    ends = await service.ends()
    await eventually(lambda: delivery.stream.heads() == ends, within=PATIENCE_SECONDS)
