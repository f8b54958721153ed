"""Row D8: whatever a client says, it is answered or closed as the contracts say, and nobody else notices."""

import json
from collections.abc import Iterator
from functools import cache

import jsonschema
import pytest
from hypothesis import example, given, note
from hypothesis import strategies as st

from contracts.kinds import CLIENT_FRAMES
from contracts.schemas import ROOT, load
from tests.contract.test_examples import validator
from tests.hostile.budget import fuzzed
from tests.hostile.hostile_json import ESCAPED_LENGTHS, NESTED, frame_texts, repeats_a_name
from tests.hostile.traces import at_rest, figure, wait_until
from tests.hostile.world import MARKER, Talk, World
from tests.kit import examples
from tests.kit.raw_websocket import Ended, Json, Opcode, RawWebSocket, frame_bytes, open_websocket

REFUSED = {"malformed_json", "invalid_request", "unknown_frame_type"}
ERROR_CODES = {entry["code"] for entry in load(ROOT / "error-codes.json")["codes"]} - {"internal_error"}
CLOSE_CODES = {entry["code"] for entry in load(ROOT / "close-codes.json")["codes"]} - {4005}
MAX_FRAME_BYTES = 64 * 1024  # a longer one ends the socket, as it should: test_websocket_torture.py
MAX_MEMORY_BYTES = 400 * 1024 * 1024
# Ids are the same for every run, so that an example is.
CONVERSATION = "01890000-0000-7000-8000-000000000000"
EXAMPLES = [example for frame in CLIENT_FRAMES for example in examples.client_frames(frame)]
SOUND = {
    **{name: json.dumps(value) for example in EXAMPLES for name, value in example.items() if name != "type"},
    "conversationId": f'"{CONVERSATION}"',
    "message": f'"{MARKER}"',
    "unknown": "1",
}

frames = st.lists(frame_texts(SOUND), min_size=1, max_size=5)
wire_frames = st.builds(
    frame_bytes,
    st.sampled_from([*Opcode, 3, 7, 11, 15]),
    st.binary(max_size=130) | st.just(b'{"type":"ping"}') | st.just("\u00e9".encode()[:1]),
    fin=st.booleans(),
    reserved=st.sampled_from([0, 0, 0, 0, 1, 4, 7]),
)


class Attacker:
    """Sends texts on one socket of the buyer; opens the next one when it was closed."""

    def __init__(self, world: World, talk: Talk) -> None:
        self._world = world
        self._talk = talk
        self._socket: RawWebSocket | None = None

    def answers(self, text: str) -> list[Json]:
        """Frames that came before the answer to a ping sent after it. Raises Ended."""
        socket = self._socket = self._socket or open_websocket(
            self._world.socket_url, self._world.mint(self._talk.buyer)
        )
        try:
            socket.send_text(text.replace(CONVERSATION, self._talk.id))
            return socket.settle()
        except (Ended, OSError):
            self.leave()
            raise

    def leave(self) -> None:
        if self._socket is not None:
            self._socket.__exit__(None, None, None)
        self._socket = None


@pytest.fixture(scope="module")
def attacker(world: World) -> Iterator[Attacker]:
    attacker = Attacker(world, world.new_talk())
    yield attacker
    attacker.leave()


@pytest.fixture(scope="module", autouse=True)
def _nothing_is_left(world: World) -> Iterator[None]:
    """Every socket, question and command is gone after the last client; memory has stayed within its bound."""
    yield
    wait_until(lambda: at_rest(world))
    for service in (world.system.delivery[0], world.system.conversations):
        assert figure(service, "process_resident_memory_bytes") < MAX_MEMORY_BYTES


@given(texts=frames)
@example(
    texts=[f'{{"type":"send_message","conversationId":"{CONVERSATION}","message":{text}}}' for text in ESCAPED_LENGTHS]
)
@example(texts=[f'{{"type":"ping","ref":"r-1","unknown":{text}}}' for text in NESTED])
@fuzzed(share=4)
def test_every_text_is_answered_as_the_contracts_say(attacker: Attacker, texts: list[str]) -> None:
    """Refused exactly when it breaks its schema; every answer keeps to its own; no socket ends for it."""
    for text in texts:
        note(text[:500])
        if len(text.encode()) >= MAX_FRAME_BYTES:
            continue
        answers = attacker.answers(text)
        for answer in answers:
            check_answer(answer)
        if not repeats_a_name(text) and (broken := breaks_its_schema(text)) is not None:
            assert broken == any(answer.get("code") in REFUSED for answer in answers), answers


@given(frames=st.lists(wire_frames, min_size=1, max_size=6), cut=st.integers(0, 10))
@fuzzed()
def test_any_sequence_of_websocket_frames_is_answered_or_ended_properly(
    world: World, frames: list[bytes], cut: int
) -> None:
    """Also one that breaks off in the middle of a frame."""
    sent = b"".join(frames)
    with world.sockets(world.stranger) as (socket,):
        socket.send(sent[: len(sent) - cut])
        socket.finish_sending()
        try:
            while True:
                check_answer(socket.next_json())
        except Ended as ended:
            assert ended.code is None or ended.code in CLOSE_CODES


def test_other_users_are_not_affected(world: World, attacker: Attacker) -> None:
    """Two other people talk while garbage comes in: each message arrives once, in order, and nothing else does."""
    talk = world.new_talk()
    with world.sockets(talk.buyer, talk.seller) as (buyer, seller):
        for number in range(20):
            attacker.answers('{"type":"send_message","message":' + "[" * number)
            buyer.ask({"type": "send_message", "conversationId": talk.id, "message": MARKER, "ref": str(number)})
        seen = [frame["message"]["seq"] for frame in heard(seller, 20)]
        assert seen == list(range(1, 21))
        assert seller.settle() == []


NUL = "\\u0000"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        (f'"type":"send_message","message":"a{NUL}b"', "message"),
        (f'"type":"send_message","message":"a","clientMessageId":"a{NUL}b"', "clientMessageId"),
        ('"type":"send_message","message":" \\u2003\\n"', "message"),
        ('"type":"send_message","message":"' + "\U0001f600" * 4001 + '"', "message"),
        ('"type":"mark_read","seq":9007199254740992', "seq"),
        ('"type":"mark_read","seq":18446744073709551616', "seq"),
        ('"type":"mark_read","seq":1.5', "seq"),
        ('"type":"mark_read","seq":true', "seq"),
        ('"type":"typing","isTyping":"true"', "isTyping"),
        ('"type":"leave_conversation","ref":""', "ref"),
        ('"type":"resume","token":"rubbish"', "token"),
    ],
)
def test_a_wrong_field_is_named(attacker: Attacker, fields: str, field: str) -> None:
    """Nothing of it reaches the database."""
    answers = attacker.answers(f'{{{fields},"conversationId":"{CONVERSATION}"}}')
    (error,) = [answer for answer in answers if answer["type"] == "error"]  # news of its conversation may come too
    assert (error["code"], [fault["field"] for fault in error["errors"]]) == ("invalid_request", [field])


@pytest.mark.parametrize("character", ["x", "\u00e9", "\U0001f600", "\u202e", "\u200b"])
def test_the_longest_message_passes_whatever_it_is_made_of(world: World, character: str) -> None:
    """Characters are counted, not bytes, and they come back unchanged."""
    talk, text = world.new_talk(), character * 3999 + "."
    with world.sockets(talk.buyer) as (socket,):
        socket.send_json({"type": "send_message", "conversationId": talk.id, "message": text})
        assert heard(socket, 1)[0]["message"]["content"] == text


def heard(socket: RawWebSocket, count: int) -> list[Json]:
    """The next messages."""
    messages: list[Json] = []
    while len(messages) < count:
        frame = socket.next_json()
        if frame["type"] == "new_message":
            messages.append(frame)
    return messages


def check_answer(answer: Json) -> None:
    """It keeps to the contract of server frames and reports no fault of ours."""
    server_frames().validate(answer)
    if answer["type"] == "error":
        assert answer["code"] in ERROR_CODES, answer


def breaks_its_schema(text: str) -> bool | None:
    """None where the contract leaves it open: a fraction of zero is an integer to JSON Schema and to nobody else."""
    try:
        # pydantic reads NaN and Infinity, which are no JSON; a field that has a meaning never takes them.
        frame = json.loads(text, parse_float=_fraction)
    except (ValueError, RecursionError):
        return None if "[" * 200 in text or '{"a":' * 200 in text else True
    if _has_surrogate(frame) or (isinstance(frame, dict) and frame.get("type") == "resume"):
        return None  # the one is no JSON to some, the other is checked beyond its schema
    return not client_frames().is_valid(frame)


@cache
def client_frames() -> jsonschema.Draft202012Validator:
    return validator(load(ROOT / "frames" / "client-frame.json"))


@cache
def server_frames() -> jsonschema.Draft202012Validator:
    return validator(load(ROOT / "frames" / "server-frame.json"))


def _fraction(text: str) -> float:
    """Never a whole number, so that no validator takes it for an integer."""
    value = float(text)
    return value + 0.5 if value.is_integer() else value


def _has_surrogate(value: object) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in json.dumps(value, ensure_ascii=False))
