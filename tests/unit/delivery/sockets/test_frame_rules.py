"""What a socket may say: every rule of the protocol, without a socket."""

import json
from typing import Any, cast

import orjson
import pytest

from contracts.generated.catalogues import CloseCode
from contracts.generated.models import ClientFrame, Ping, SendMessage, Typing
from services.delivery.sockets.frame_rules import (
    MAX_JOINED,
    MAX_LOOKUPS,
    TYPING_PAUSE_SECONDS,
    WINDOW_SECONDS,
    Refused,
    SocketLimits,
    SocketProtocol,
)
from services.delivery.upstream.commands import COMMANDS
from services.delivery.wire.client_frames import CommandFrame
from services.delivery.wire.errors import Echo
from services.delivery.wire.in_flight import Ticket
from services.delivery.wire.request_ids import MAX_SCANNED_TOKENS
from services.delivery.wire.user_limits import LimitsByUser, Rates

CONVERSATION = "018f2a4e-7d3b-7c11-9a55-0c6f1d2e3f40"
GENEROUS = Rates(frames_per_second=1000, frame_burst=10_000, messages_per_second=1000, message_burst=10_000)
LIMITS = SocketLimits(bad_frames=3, refused_frames=3, in_flight_commands=2)
SEND: dict[str, Any] = {"type": "send_message", "conversationId": CONVERSATION, "message": "Hello!"}


@pytest.fixture
def protocol() -> SocketProtocol:
    return protocol_with(GENEROUS)


def protocol_with(rates: Rates, limits: SocketLimits = LIMITS) -> SocketProtocol:
    return SocketProtocol(user_id="alice", limits=limits, users=LimitsByUser(rates))


def say(protocol: SocketProtocol, now: float = 0.0, /, **frame: Any) -> ClientFrame | Refused:
    """A command is admitted, too, and stays without an answer."""
    decision = protocol.receive_text(orjson.dumps(frame).decode(), now)
    if not isinstance(decision, Refused) and decision.type in COMMANDS:
        admitted = protocol.admit_command(cast(CommandFrame, decision), now)
        return admitted if isinstance(admitted, Refused) else decision
    return decision


def refused(decision: ClientFrame | Refused | None) -> Refused:
    assert isinstance(decision, Refused)
    return decision


def test_the_plain_frame_is_accepted(protocol: SocketProtocol) -> None:
    """Without a clientMessageId, as the simplest client sends it."""
    frame = say(protocol, **SEND)
    assert isinstance(frame, SendMessage)
    assert (frame.message, frame.client_message_id) == ("Hello!", None)


def test_unknown_fields_are_ignored(protocol: SocketProtocol) -> None:
    """A newer client may say more."""
    assert isinstance(say(protocol, **SEND, mood="cheerful"), SendMessage)


@pytest.mark.parametrize("text", ["", "hello", "{", '{"type":"ping"', '"\\ud800"', "[" * 5000])
def test_text_that_is_not_json_is_malformed(protocol: SocketProtocol, text: str) -> None:
    """Nothing of it can be echoed."""
    error = refused(protocol.receive_text(text, 0.0)).error
    assert (error.code, error.echo) == ("malformed_json", Echo())


@pytest.mark.parametrize("text", ["[]", "5", "NaN", '"ping"', "null", "true"])
def test_json_that_is_not_an_object_is_invalid(protocol: SocketProtocol, text: str) -> None:
    """It is JSON, so the complaint is another."""
    assert refused(protocol.receive_text(text, 0.0)).error.code == "invalid_request"


def test_an_unknown_type_has_a_code_of_its_own(protocol: SocketProtocol) -> None:
    """A newer client can tell by it that this server is older."""
    decision = refused(say(protocol, type="dance", ref="7"))
    assert (decision.error.code, decision.error.echo.ref) == ("unknown_frame_type", "7")


def test_a_missing_type_is_named(protocol: SocketProtocol) -> None:
    """As a field."""
    error = refused(say(protocol, message="Hello!")).error
    assert (error.code, [fault.field for fault in error.faults]) == ("invalid_request", ["type"])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"message": ""}, "message"),
        ({"message": "   \n\t"}, "message"),
        ({"message": "x" * 4001}, "message"),
        ({"message": "a\u0000b"}, "message"),
        ({"message": None}, "message"),
        ({"message": 5}, "message"),
        ({"conversationId": "not-a-uuid"}, "conversationId"),
        ({"conversationId": None}, "conversationId"),
        ({"clientMessageId": ""}, "clientMessageId"),
        ({"clientMessageId": "x" * 65}, "clientMessageId"),
        ({"clientMessageId": "with space"}, "clientMessageId"),
        ({"ref": 5}, "ref"),
    ],
)
def test_a_wrong_field_is_named_as_on_the_wire(protocol: SocketProtocol, changes: dict[str, Any], field: str) -> None:
    """And only that one."""
    error = refused(say(protocol, **{**SEND, **changes})).error
    assert (error.code, [fault.field for fault in error.faults]) == ("invalid_request", [field])


def test_four_thousand_characters_are_allowed(protocol: SocketProtocol) -> None:
    """Characters, not bytes."""
    assert isinstance(say(protocol, **{**SEND, "message": "é😀" * 2000}), SendMessage)


@pytest.mark.parametrize("seq", [0, -1, 1.5, "5", 2**53])
def test_a_seq_is_a_positive_integer(protocol: SocketProtocol, seq: object) -> None:
    """One that is merely beyond the last message is not wrong: it counts as the last."""
    decision = refused(say(protocol, type="mark_read", conversationId=CONVERSATION, seq=seq))
    assert [fault.field for fault in decision.error.faults] == ["seq"]


def test_an_error_repeats_the_readable_ids_of_a_broken_frame(protocol: SocketProtocol) -> None:
    """So that the client knows which frame is meant."""
    decision = refused(say(protocol, **{**SEND, "message": "", "clientMessageId": "c-1", "ref": "r-1"}))
    assert decision.error.echo == Echo(ref="r-1", conversation_id=CONVERSATION, client_message_id="c-1")


NAMED = f'"conversationId":"{CONVERSATION}","clientMessageId":"c-1","ref":"r-1"'


@pytest.mark.parametrize(
    "text",
    [
        f'{{"type":"send_message",{NAMED},"message":"cut off',
        f'{{"type":"send_message",{NAMED},"message":"a line\nbreak"}}',
        f'{{"type":"send_message",{NAMED},"message":"\\x41"}}',
        f'{{"type":"send_message","message":\'a\',{NAMED}}}',
        f'{{"type":"send_message","message":{"[" * 300}{"]" * 300},{NAMED}}}',
        f'{{"type":"mark_read","seq":{"9" * 5000},{NAMED}}}',
        f'{{"type":"mark_read","seq":NaN,{NAMED}}}',
        f'{{"type":"send_message","extra":{{"clientMessageId":"c-2"}},{NAMED},}}',
        f'{{"type":"send_message","clientMessageId":"c-2",{NAMED}',
        f'{{"type":"send_message",{NAMED},"message":"quoting \\"ref\\":\\"r-2\\" ',
        f'{{"type":"send_message",{NAMED},"message":"half \\ud83d"}}',
        f'{{"type":"dance",{NAMED}}}',
        f"{{{NAMED}}}",
    ],
)
def test_every_refused_frame_names_its_request(protocol: SocketProtocol, text: str) -> None:
    """Also one that is not JSON: a client that cannot tell which message was refused sends it for ever."""
    error = refused(protocol.receive_text(text, 0.0)).error
    assert error.echo == Echo(ref="r-1", conversation_id=CONVERSATION, client_message_id="c-1")
    assert refused(protocol.receive_binary(text.encode(), 0.0)).error.echo == error.echo


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (f'{{"type":"send_message",{NAMED},"message":"\\ud83d"}}', ["message"]),
        (f'{{"type":"send_message",{NAMED},"message":"\\ude00\\ud83d","x":{{"y":["\\udfff"]}}}}', ["message", "x.y.0"]),
        ('{"type":"ping","ref":"\\ud83d"}', ["ref"]),
        ('{"type":"\\ud83d"}', ["type"]),
        ('{"type":"ping","\\ud83d":1}', ["\ufffd"]),
    ],
)
def test_half_a_surrogate_pair_is_a_wrong_field(protocol: SocketProtocol, text: str, fields: list[str]) -> None:
    """Such a text is JSON; a client makes it by cutting between the halves of an emoji."""
    error = refused(protocol.receive_text(text, 0.0)).error
    assert error.code == "invalid_request"
    assert sorted(fault.field for fault in error.faults) == fields


def test_reading_the_ids_of_a_broken_frame_takes_linear_time(protocol: SocketProtocol) -> None:
    """However many quotes never end: only so much of a text that is not JSON is looked at."""
    for hostile in ('"' * 60_000, '{"' + '\\"' * 30_000, "{" * 60_000, '{"a":' * 10_000):
        assert refused(protocol.receive_text(hostile, 0.0)).error.echo == Echo()
    late = '{"type":[' + "0," * MAX_SCANNED_TOKENS + f"],{NAMED}"
    assert refused(protocol.receive_text(late, 100.0)).error.echo == Echo()


@pytest.mark.parametrize("form", ["{%s}", "urn:uuid:%s", "%s ", "{%s", "%s\n"])
def test_a_conversation_id_has_one_spelling(protocol: SocketProtocol, form: str) -> None:
    """As in the schema; everything else is refused by name and not repeated."""
    for spelling in (form % CONVERSATION, CONVERSATION.replace("-", ""), CONVERSATION[:-1] + "٠"):
        error = refused(say(protocol, **{**SEND, "conversationId": spelling}, ref="7")).error
        assert (error.code, error.faults[0].field) == ("invalid_request", "conversationId")
        assert error.echo == Echo(ref="7")
    assert isinstance(say(protocol, **{**SEND, "conversationId": CONVERSATION.upper()}), SendMessage)


def test_an_error_repeats_nothing_that_is_itself_broken(protocol: SocketProtocol) -> None:
    """An error frame must be valid."""
    broken: dict[str, Any] = {"type": "send_message", "conversationId": "x", "clientMessageId": "a b", "ref": "x" * 65}
    assert refused(say(protocol, **broken)).error.echo == Echo()


def test_an_uuid_is_echoed_in_its_canonical_form(protocol: SocketProtocol) -> None:
    """Clients compare texts."""
    decision = refused(say(protocol, type="join_conversation", conversationId=CONVERSATION.upper(), ref=5))
    assert decision.error.echo.conversation_id == CONVERSATION


def test_a_binary_frame_is_refused(protocol: SocketProtocol) -> None:
    """And counts as a bad one."""
    assert protocol.receive_binary(b"", 0.0).error.code == "invalid_request"


def test_repeated_invalid_frames_close_the_socket(protocol: SocketProtocol) -> None:
    """Text or binary, whatever is wrong with it."""
    decisions = [say(protocol, type="dance"), protocol.receive_text("{", 1.0), protocol.receive_binary(b"", 2.0)]
    assert [refused(decision).close for decision in decisions] == [None, None, None]
    assert refused(say(protocol, 3.0, type="dance")).close is CloseCode.TOO_MANY_BAD_FRAMES


def test_a_bad_frame_now_and_then_is_forgiven(protocol: SocketProtocol) -> None:
    """Slower than the window."""
    for n in range(10):
        assert refused(say(protocol, n * WINDOW_SECONDS / 2, type="dance")).close is None


def test_too_many_messages_are_refused_with_a_time() -> None:
    """The error says when to try again, and which message it was."""
    protocol = protocol_with(Rates(1000, 1000, messages_per_second=2, message_burst=1))
    assert isinstance(say(protocol, **SEND), SendMessage)
    error = refused(say(protocol, **SEND, clientMessageId="c-2")).error
    assert (error.code, error.echo.client_message_id) == ("rate_limited", "c-2")
    assert error.retry_after_ms == 501


@pytest.mark.parametrize(
    "change",
    [{"type": "edit_message", "expectedVersion": 0, "message": "Hi!"}, {"type": "react", "emoji": "👍"}],
    ids=lambda change: str(change["type"]),
)
def test_a_change_of_a_message_counts_as_a_message(change: dict[str, Any]) -> None:
    """Each is a transaction, and is sent to everybody."""
    protocol = protocol_with(Rates(1000, 1000, messages_per_second=2, message_burst=1))
    change = {"conversationId": CONVERSATION, "seq": 1, **change}
    assert not isinstance(say(protocol, **change), Refused)
    assert refused(say(protocol, **change)).error.code == "rate_limited"
    assert refused(say(protocol, **SEND)).error.code == "rate_limited"


def test_too_many_frames_of_any_kind_are_refused() -> None:
    """Even those that cost little; protocol pings too."""
    protocol = protocol_with(Rates(frames_per_second=1, frame_burst=2, messages_per_second=9, message_burst=9))
    assert isinstance(say(protocol, type="ping"), Ping)
    assert protocol.receive_control(0.0) is None
    assert refused(say(protocol, type="ping", ref="3")).error.code == "rate_limited"
    assert refused(protocol.receive_control(0.0)).error.code == "rate_limited"


def test_persistent_flooding_closes_the_socket() -> None:
    """More refusals than allowed within the window."""
    protocol = protocol_with(Rates(frames_per_second=0.001, frame_burst=1, messages_per_second=9, message_burst=9))
    say(protocol, type="ping")
    assert [refused(say(protocol, type="ping")).close for _ in range(3)] == [None, None, None]
    assert refused(say(protocol, type="ping")).close is CloseCode.FLOODING


def test_commands_in_flight_are_bounded(protocol: SocketProtocol) -> None:
    """An answer makes room again."""
    first = protocol.receive_text(orjson.dumps(SEND).decode(), 0.0)
    assert isinstance(first, SendMessage)
    ticket = protocol.admit_command(first, 0.0)
    assert isinstance(ticket, Ticket)
    say(protocol, type="mark_read", conversationId=CONVERSATION)
    assert refused(say(protocol, **SEND)).error.code == "overloaded"
    ticket.close()
    ticket.close()
    assert isinstance(say(protocol, **SEND), SendMessage)
    assert refused(say(protocol, **SEND)).error.code == "overloaded"


def test_requests_in_flight_are_bounded(protocol: SocketProtocol) -> None:
    """Joins, resumes and fresh tokens together."""
    tickets = [protocol.lookups.open() for _ in range(MAX_LOOKUPS)]
    assert all(tickets)
    assert protocol.lookups.open() is None


def test_typing_is_throttled_per_conversation(protocol: SocketProtocol) -> None:
    """A stop passes at once, but only after a start, and only once."""
    other = CONVERSATION.replace("018f", "018e")
    assert protocol.passes_on(typing(), 0.0)
    assert not protocol.passes_on(typing(), TYPING_PAUSE_SECONDS - 0.1)
    assert protocol.passes_on(typing(other), 0.2)
    assert protocol.passes_on(typing(is_typing=False), 0.3)
    assert not protocol.passes_on(typing(is_typing=False), 0.4)
    assert protocol.passes_on(typing(), 0.5)
    assert protocol.passes_on(typing(), 0.5 + TYPING_PAUSE_SECONDS)


def test_typing_after_a_send_is_passed_on_again(protocol: SocketProtocol) -> None:
    """A message ends its sender's typing for the receiver, so the next `typing` is news."""
    assert protocol.passes_on(typing(), 0.0)
    say(protocol, **SEND)
    assert protocol.passes_on(typing(), 0.1)
    assert not protocol.passes_on(typing(), 0.2)


def test_the_conversations_a_socket_views_are_bounded(protocol: SocketProtocol) -> None:
    """Joining again is free; leaving makes room."""
    assert all(protocol.join(str(n)) for n in range(MAX_JOINED))
    assert protocol.join("0")
    assert not protocol.join("one too many")
    protocol.leave("0")
    assert not protocol.looks_at("0")
    assert protocol.join("one too many")


def typing(conversation_id: str = CONVERSATION, *, is_typing: bool = True) -> Typing:
    return Typing.from_wire(json.dumps({"type": "typing", "conversationId": conversation_id, "isTyping": is_typing}))
