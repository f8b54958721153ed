"""The outcome in the answer to a message: stored, not stored, or unknown."""

import time
from typing import Any

from proof.faults.history import Answered, Outcome, Send

NOTHING_STORED = frozenset({"unavailable", "overloaded", "rate_limited", "draining"})
Json = dict[str, Any]


def leaves_doubt(frame: Json) -> bool:
    return frame["type"] == "error" and frame["retryable"] and frame["code"] not in NOTHING_STORED


def conclude(send: Send, frame: Json) -> None:
    """Complete the send if the frame is the last word on it."""
    if frame["type"] == "message_sent":
        send.complete(Outcome.OK, time.monotonic(), seq=frame["seq"])
    elif not frame["retryable"]:
        send.complete(Outcome.FAIL, time.monotonic())


def by_socket(content: str, frame: Json | None) -> Answered:
    """The outcome of a frame; None means no answer."""
    if frame is None:
        return Answered(content, Outcome.UNKNOWN)
    if frame["type"] == "message_sent":
        return Answered(content, Outcome.OK, frame["seq"], frame.get("duplicate", False))
    outcome = Outcome.UNKNOWN if leaves_doubt(frame) else Outcome.FAIL
    return Answered(content, outcome, refusal=frame["code"])


def by_rest(content: str, status: int, body: Json) -> Answered:
    if status in (200, 201):
        return Answered(content, Outcome.OK, body["seq"], status == 200)
    certain = status < 500 or body["code"] in NOTHING_STORED
    return Answered(content, Outcome.FAIL if certain else Outcome.UNKNOWN, refusal=body["code"])
