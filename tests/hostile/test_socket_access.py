"""Rows C7 and D1 for sockets: who gets one, and whom its frames reach."""

from uuid import uuid4

import pytest

from tests.hostile.access import frame_access
from tests.hostile.asking import ask_for_upgrade
from tests.hostile.callers import FORGED, expired
from tests.hostile.conftest import ALLOWED_ORIGIN
from tests.hostile.rest import call
from tests.hostile.traces import figure, wait_until
from tests.hostile.world import MARKER, World
from tests.kit.examples import client_frames, filled, fullest
from tests.kit.raw_websocket import Json, RawWebSocket

FRAMES = frame_access()
PEOPLE = ("stranger", "buyer", "seller")

ORIGINS = {
    None: 101,  # not a browser
    ALLOWED_ORIGIN: 101,
    "{self}": 101,
    "https://evil.example": 403,
    f"{ALLOWED_ORIGIN}.evil.example": 403,
    f"{ALLOWED_ORIGIN}:8443": 403,
    "http://shop.example": 403,  # the allowed one is https
    "null": 403,  # a sandboxed frame, a file
    "": 403,
    "http://127.0.0.1:1": 403,  # this host, another port
}


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("way", ["delivery", "gateway"])
def test_a_page_of_another_origin_gets_no_socket(world: World, origin: str | None, way: str) -> None:
    """Refused before the upgrade, also with a good token, also through the gateway."""
    url = world.socket_url if way == "delivery" else world.system.gateway.url
    sent = {"Origin": None if origin is None else origin.format(self=url)}
    reply = ask_for_upgrade(url, token=world.mint(world.stranger), headers=sent)
    assert reply.status == ORIGINS[origin]
    assert reply.status == 101 or reply.code == "forbidden_origin"


@pytest.mark.parametrize("protocols", [("messaging.v1", "bearer.{}"), ("bearer", "{}")], ids=["dotted", "pair"])
def test_a_token_is_checked_alike_in_every_header(world: World, protocols: tuple[str, ...]) -> None:
    """A forged token opens no socket by `Sec-WebSocket-Protocol` either."""
    user = world.talk.buyer
    wrong = [
        expired(world.mint, user),
        world.system.service_token,
        *(make(world.mint, user) for make in FORGED.values()),
    ]
    for token, status in [(world.mint(user), 101), *((token, 401) for token in wrong)]:
        reply = ask_for_upgrade(world.socket_url, protocols=[part.format(token) for part in protocols])
        assert reply.status == status


@pytest.mark.parametrize("caller", PEOPLE)
@pytest.mark.parametrize("frame", FRAMES)
def test_every_caller_is_answered_as_the_table_says(world: World, frame: str, caller: str) -> None:
    """One answer, or the code of an error; nothing for `typing`."""
    talk = world.talk
    user = {"stranger": world.stranger, "buyer": talk.buyer, "seller": talk.seller}[caller]
    with world.sockets(user) as (socket,):
        socket.send_json(made(world, frame, talk.id))
        answers = [outcome(answer) for answer in until_settled(socket, world) if answer.get("ref") == "asked"]
    assert (answers or ["-"]) == [FRAMES[frame][caller]]


@pytest.mark.parametrize("frame", [name for name, row in FRAMES.items() if row["stranger"] == "conversation_not_found"])
def test_whether_a_conversation_exists_stays_private(world: World, frame: str) -> None:
    """The error for one of other people differs from that for an unknown one in the id alone."""
    unknown = str(uuid4())
    with world.sockets(world.stranger) as (socket,):
        foreign, other = (socket.ask(made(world, frame, asked)) for asked in (world.talk.id, unknown))
    assert {**foreign, "conversationId": unknown} == other


def test_messages_reach_nobody_but_the_participants(world: World) -> None:
    """Messages, typing and read marks go to the two of them; a stranger who tried to join hears nothing."""
    talk = world.new_talk()
    with world.sockets(talk.buyer, talk.seller, world.stranger) as (buyer, seller, stranger):
        for socket in (seller, stranger):
            socket.ask({"type": "join_conversation", "conversationId": talk.id, "ref": "joining"})
        for frame in ("typing", "send_message"):
            buyer.send_json(made(world, frame, talk.id))
        await_types(seller, {"typing", "new_message"})
        seller.send_json(made(world, "mark_read", talk.id))
        await_types(buyer, {"read"})
        assert stranger.settle() == []


def test_a_stranger_types_into_no_conversation(world: World) -> None:
    """Nothing tells the two people of it, nor the stranger."""
    talk = world.new_talk()
    with world.sockets(talk.buyer, world.stranger) as (buyer, stranger):
        buyer.ask({"type": "join_conversation", "conversationId": talk.id, "ref": "joining"})
        stranger.send_json({"type": "typing", "conversationId": talk.id})
        assert stranger.settle() == []
        buyer.ask({"type": "send_message", "conversationId": talk.id, "message": MARKER, "ref": "later"})
        assert "typing" not in [frame["type"] for frame in buyer.settle()]


def test_a_resume_contains_nothing_of_other_people(world: World) -> None:
    """A sync token names places in the log, not a person: with somebody else's one still gets one's own."""
    talk = world.new_talk()
    token = sync_token(world)
    with world.sockets(talk.buyer) as (buyer,):
        buyer.send_json(made(world, "send_message", talk.id))
        await_types(buyer, {"new_message"})
    with world.sockets(talk.buyer, world.stranger) as sockets:
        mine, theirs = (socket.ask({"type": "resume", "token": token, "ref": "back"}) for socket in sockets)
    assert talk.id in [conversation["conversationId"] for conversation in mine["conversations"]]
    assert theirs["conversations"] == []


@pytest.mark.parametrize("forgery", ["expired", "service token", "another user", *FORGED])
def test_a_socket_is_not_taken_over_by_another_token(world: World, forgery: str) -> None:
    """`authenticate` with anything but one's own fresh token: refused, and the socket stays whose it was."""
    user = world.talk.buyer
    tokens = {
        "expired": expired(world.mint, user),
        "service token": world.system.service_token,
        "another user": world.mint(world.stranger),
        **{name: make(world.mint, user) for name, make in FORGED.items()},
    }
    codes = {"expired": "token_expired", "another user": "user_mismatch"}
    with world.sockets(user) as (socket,):
        answer = socket.ask({"type": "authenticate", "accessToken": tokens[forgery], "ref": "asked"})
        assert (answer["type"], answer["code"]) == ("error", codes.get(forgery, "unauthenticated"))
        mine = socket.ask(made(world, "join_conversation", world.talk.id))
        assert mine["type"] == "joined"


def test_the_service_token_opens_no_socket_and_is_not_counted_as_a_person(world: World) -> None:
    """A leak in one place must not open another."""
    users = figure(world.system.delivery[0], "delivery_users")
    assert ask_for_upgrade(world.socket_url, token=world.system.service_token).outcome == "401 unauthenticated"
    assert call(world.rest_url, "GET", "/api/me", token=world.system.service_token).outcome == "401 unauthenticated"
    assert figure(world.system.delivery[0], "delivery_users") <= users


def made(world: World, frame: str, conversation_id: str) -> Json:
    """A sound frame of this type, about this conversation where it is about one."""
    example = fullest(client_frames(frame))
    values = {
        "conversationId": conversation_id,
        "message": MARKER,
        "clientMessageId": "asked",
        "isTyping": True,
        "accessToken": world.mint(world.talk.buyer),
        "token": sync_token(world),
        "seq": world.message() if "seq" in example else 1,
        "expectedVersion": 0,
    }
    return {**filled(example, values), "ref": "asked"}


def await_types(socket: RawWebSocket, types: set[str]) -> None:
    """Read until frames of all these types have come."""
    missing = set(types)
    while missing:
        missing.discard(socket.next_json()["type"])


def sync_token(world: World) -> str:
    with world.sockets(world.stranger) as (socket,):
        token: str = socket.ask({"type": "ping", "ref": "place"})["token"]
    return token


def until_settled(socket: RawWebSocket, world: World) -> list[Json]:
    """All that comes of what was sent: commands are answered in order, lookups in any."""
    socket.send_json({"type": "mark_read", "conversationId": world.talk.id, "ref": "command"})
    frames = [socket.next_json()]
    while frames[-1].get("ref") != "command":
        frames.append(socket.next_json())
    wait_until(lambda: figure(world.system.delivery[0], "delivery_lookups_open") == 0)
    return [*frames, *socket.settle()]


def outcome(answer: Json) -> str:
    return str(answer["code"]) if answer["type"] == "error" else "ok"
