"""Generated from contracts/ by `make generate`. Do not edit."""

from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple


class ErrorCode(NamedTuple):
    """A `code` of a problem document (with its status) and of an `error` frame."""

    http_status: int | None
    retryable: bool


class CloseCode(IntEnum):
    """Why a socket is closed.

    4000-4499: reconnect with backoff, then resume. 4500-4999: do not reconnect by yourself.
    """

    NORMAL = 1000
    PROTOCOL_ERROR = 1002
    INVALID_UTF8 = 1007
    FRAME_TOO_BIG = 1009
    DRAINING = 4000
    TOKEN_EXPIRED = 4001
    SLOW_CONSUMER = 4002
    HEARTBEAT_MISSED = 4003
    RESYNC_REQUIRED = 4004
    INTERNAL_ERROR = 4005
    TOO_MANY_BAD_FRAMES = 4500
    FLOODING = 4501
    DISPLACED = 4502

    @property
    def reason(self) -> str:
        """The name that travels in the close frame."""
        return self.name.lower()


ERROR_CODES: Mapping[str, ErrorCode] = {
    "bad_request": ErrorCode(400, False),
    "malformed_json": ErrorCode(400, False),
    "invalid_request": ErrorCode(422, False),
    "unknown_frame_type": ErrorCode(None, False),
    "unsupported_media_type": ErrorCode(415, False),
    "payload_too_large": ErrorCode(413, False),
    "unauthenticated": ErrorCode(401, False),
    "token_expired": ErrorCode(401, False),
    "forbidden_origin": ErrorCode(403, False),
    "own_item": ErrorCode(403, False),
    "account_deleted": ErrorCode(403, False),
    "counterpart_deleted": ErrorCode(409, False),
    "too_many_conversations": ErrorCode(429, True),
    "not_found": ErrorCode(404, False),
    "item_not_found": ErrorCode(404, False),
    "conversation_not_found": ErrorCode(404, False),
    "ambiguous_path": ErrorCode(400, False),
    "precondition_failed": ErrorCode(412, False),
    "range_not_satisfiable": ErrorCode(416, False),
    "user_mismatch": ErrorCode(None, False),
    "method_not_allowed": ErrorCode(405, False),
    "request_timeout": ErrorCode(408, True),
    "uri_too_long": ErrorCode(414, False),
    "expectation_failed": ErrorCode(417, False),
    "header_fields_too_large": ErrorCode(431, False),
    "client_message_id_conflict": ErrorCode(409, False),
    "reply_to_not_found": ErrorCode(422, False),
    "key_conflict": ErrorCode(409, False),
    "message_not_found": ErrorCode(404, False),
    "not_your_message": ErrorCode(403, False),
    "not_enabled": ErrorCode(403, False),
    "version_conflict": ErrorCode(409, False),
    "edit_window_passed": ErrorCode(409, False),
    "delete_window_passed": ErrorCode(409, False),
    "message_deleted": ErrorCode(409, False),
    "too_many_changes": ErrorCode(409, False),
    "outdated": ErrorCode(409, False),
    "log_truncated": ErrorCode(410, False),
    "resync_required": ErrorCode(410, False),
    "rate_limited": ErrorCode(429, True),
    "too_many_connections": ErrorCode(429, True),
    "overloaded": ErrorCode(503, True),
    "unavailable": ErrorCode(503, True),
    "outcome_unknown": ErrorCode(503, True),
    "draining": ErrorCode(503, True),
    "bad_gateway": ErrorCode(502, True),
    "gateway_timeout": ErrorCode(504, True),
    "internal_error": ErrorCode(500, True),
}
