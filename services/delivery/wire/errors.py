"""The sentences of `error` frames, by code; `ERROR_CODES` of the contracts says which errors are retryable."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class FieldFault(NamedTuple):
    """An error in one field; `field` is its dotted path on the wire."""

    field: str
    message: str


SENTENCES: Mapping[str, str] = {
    "malformed_json": "The frame is not valid JSON.",
    "invalid_request": "One or more fields are wrong.",
    "unknown_frame_type": "Unknown frame type.",
    "unauthenticated": "The access token is not valid.",
    "token_expired": "The access token has expired.",
    "user_mismatch": "The access token belongs to another user.",
    "conversation_not_found": "No such conversation.",
    "account_deleted": "Your account was deleted.",
    "counterpart_deleted": "The other person's account was deleted.",
    "client_message_id_conflict": "The clientMessageId is already used by a message with another text or replyTo.",
    "reply_to_not_found": "The message to answer is not in this conversation.",
    "message_not_found": "No such message.",
    "not_your_message": "Only its sender may change a message.",
    "version_conflict": "The message was changed meanwhile: look at it again.",
    "edit_window_passed": "The message is too old to be edited.",
    "delete_window_passed": "The message is too old to be deleted.",
    "message_deleted": "The message was deleted.",
    "too_many_changes": "The message was changed too often.",
    "not_enabled": "This is not enabled yet.",
    "resync_required": "The sync token is no longer valid: fetch the lists again.",
    "rate_limited": "Too many requests. Nothing was stored.",
    "overloaded": "The service is overloaded. Nothing was stored.",
    "unavailable": "A required service does not respond. This attempt stored nothing.",
    "outcome_unknown": "It is unknown whether this was stored. Send it again, unchanged.",
    "draining": "This replica is shutting down; reconnect to another one.",
    "internal_error": "An internal error. It was logged.",
}
FIELDS: Mapping[str, str] = {"reply_to_not_found": "replyTo"}
RETRY_AFTER_MS: Mapping[str, int] = {"overloaded": 500, "unavailable": 1000, "outcome_unknown": 500}


@dataclass(frozen=True, slots=True)
class Echo:
    """The ids in a frame, repeated in its answer so that the client can match the two."""

    ref: str | None = None
    conversation_id: str | None = None
    client_message_id: str | None = None


@dataclass(frozen=True, slots=True)
class FrameError:
    """One `error` frame."""

    code: str
    echo: Echo = field(default_factory=Echo)
    faults: tuple[FieldFault, ...] = ()
    message: str | None = None
    retry_after_ms: int | None = None
