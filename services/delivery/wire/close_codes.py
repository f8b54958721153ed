"""Why a socket is closed: the names of contracts/close-codes.json."""

from enum import IntEnum

ABNORMAL = 1006  # stands for the absence of a close frame
_FIRST_FREE, _END_OF_CODES = 3000, 5000
_RESERVED = frozenset({1004, 1005, ABNORMAL})
_FIRST, _END_OF_STANDARD = 1000, 1015


class CloseCode(IntEnum):
    """4000-4499: reconnect with backoff, then resume. 4500-4999: do not reconnect by yourself."""

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


_KNOWN = frozenset(CloseCode)


def may_be_sent(code: int) -> bool:
    """May a client close with this code? RFC 6455, section 7.4, and the registry it refers to."""
    if code < _FIRST_FREE:
        return _FIRST <= code < _END_OF_STANDARD and code not in _RESERVED
    return code < _END_OF_CODES


def closing_label(code: int) -> str:
    """The value of a metric's label: from 3000 on clients choose codes freely, and labels must stay few."""
    return str(int(code)) if code < _FIRST_FREE or code in _KNOWN else "other"
