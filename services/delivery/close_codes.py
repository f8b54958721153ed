"""Why a socket is closed: the names of contracts/close-codes.json."""

from enum import IntEnum


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
