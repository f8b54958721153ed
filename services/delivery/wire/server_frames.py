"""Every server frame, rendered to the bytes that go over the wire. Shapes: contracts/frames/server/."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from contracts.generated.catalogues import ERROR_CODES
from contracts.generated.limits import MAX_ERROR_LENGTH, MAX_MESSAGE_LENGTH
from services.delivery.wire.errors import RETRY_AFTER_MS, SENTENCES, FrameError
from services.delivery.wire.websocket_out import text_frame

PROTOCOL = "messaging.v1"
TYPING_EXPIRES_MS = 6000  # three times a client's interval between typing frames


def with_token(frame: Mapping[str, Any], token: bytes) -> bytes:
    """A log event's frame: the token differs by position, the rest does not."""
    return text_frame(b'%b,"token":"%b"}' % (orjson.dumps(frame)[:-1], token))


def welcome(
    *,
    connection_id: str,
    user_id: str,
    session_expires_at: datetime,
    heartbeat_ms: int,
    answer_within_ms: int,
    max_frame_bytes: int,
    token: str,
) -> bytes:
    return _render(
        {
            "type": "welcome",
            "protocol": PROTOCOL,
            "connectionId": connection_id,
            "userId": user_id,
            "serverTime": _now(),
            "sessionExpiresAt": timestamp(session_expires_at),
            "heartbeatMs": heartbeat_ms,
            "answerWithinMs": answer_within_ms,
            "maxMessageLength": MAX_MESSAGE_LENGTH,
            "maxFrameBytes": max_frame_bytes,
            "token": token,
        }
    )


def message_sent(
    *,
    conversation_id: str,
    client_message_id: str,
    message_id: str,
    seq: int,
    created_at: str,
    duplicate: bool,
    ref: str | None,
) -> bytes:
    return _render(
        {
            "type": "message_sent",
            "conversationId": conversation_id,
            "clientMessageId": client_message_id,
            "messageId": message_id,
            "seq": seq,
            "createdAt": created_at,
            "duplicate": duplicate,
        },
        ref,
    )


def read(*, conversation_id: str, user_id: str, last_read_seq: int, ref: str | None) -> bytes:
    """The direct answer to `mark_read`; the frame everybody gets comes from the log and has a token."""
    return _render(
        {"type": "read", "conversationId": conversation_id, "userId": user_id, "lastReadSeq": last_read_seq}, ref
    )


def message_changed(*, conversation_id: str, message: Mapping[str, Any], ref: str | None) -> bytes:
    """The direct answer to a change; the frame everybody gets comes from the log and has a token."""
    return _render({"type": "message_changed", "conversationId": conversation_id, "message": message}, ref)


def view_changed(*, conversation_id: str, view: Mapping[str, Any], ref: str | None) -> bytes:
    """The direct answer to a change of the user's own view; the frame for all of their sockets has a token."""
    return _render({"type": "view_changed", "conversationId": conversation_id, "view": view}, ref)


def joined(
    *,
    conversation_id: str,
    counterpart_id: str,
    last_seq: int,
    last_read_seq: int,
    counterpart_last_read_seq: int,
    ref: str | None,
) -> bytes:
    return _render(
        {
            "type": "joined",
            "conversationId": conversation_id,
            "counterpartId": counterpart_id,
            "lastSeq": last_seq,
            "lastReadSeq": last_read_seq,
            "counterpartLastReadSeq": counterpart_last_read_seq,
        },
        ref,
    )


def left(*, conversation_id: str, ref: str | None) -> bytes:
    return _render({"type": "left", "conversationId": conversation_id}, ref)


def typing(*, conversation_id: str, user_id: str, is_typing: bool) -> bytes:
    return _render(
        {
            "type": "typing",
            "conversationId": conversation_id,
            "userId": user_id,
            "isTyping": is_typing,
            "expiresInMs": TYPING_EXPIRES_MS,
        }
    )


def resumed(conversations: Sequence[Mapping[str, Any]], *, token: str, ref: str | None) -> bytes:
    return _render({"type": "resumed", "conversations": conversations, "token": token}, ref)


def authenticated(*, session_expires_at: datetime, ref: str | None) -> bytes:
    return _render({"type": "authenticated", "sessionExpiresAt": timestamp(session_expires_at)}, ref)


def pong(*, token: str, ref: str | None) -> bytes:
    return _render({"type": "pong", "serverTime": _now(), "token": token}, ref)


def error(fault: FrameError) -> bytes:
    echo = fault.echo
    retry_after_ms = RETRY_AFTER_MS.get(fault.code) if fault.retry_after_ms is None else fault.retry_after_ms
    frame: dict[str, Any] = {
        "type": "error",
        "code": fault.code,
        "message": (fault.message or SENTENCES[fault.code])[:MAX_ERROR_LENGTH],
        "retryable": ERROR_CODES[fault.code].retryable,
    }
    optional = {
        "retryAfterMs": retry_after_ms,
        "conversationId": echo.conversation_id,
        "clientMessageId": echo.client_message_id,
        "errors": [{"field": field, "message": message} for field, message in fault.faults] or None,
    }
    frame.update((name, value) for name, value in optional.items() if value is not None)
    return _render(frame, echo.ref)


def timestamp(moment: datetime) -> str:
    """RFC 3339, UTC, microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def _now() -> str:
    return timestamp(datetime.now(UTC))


def _render(frame: dict[str, Any], ref: str | None = None) -> bytes:
    if ref is not None:
        frame["ref"] = ref
    return text_frame(orjson.dumps(frame))
