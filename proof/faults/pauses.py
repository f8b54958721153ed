"""The longest pause: time in which a client with messages to receive received nothing."""

import math

from proof.faults.history import History, Message


def longest_pause(history: History) -> float:
    """Seconds, over all receivers. A message counts from its acknowledgement, for then the sender knows it is sent."""
    acknowledged = {
        (send.conversation, send.client_message_id): send.completed_at
        for send in history.acknowledged
        if send.completed_at is not None
    }
    return max((_longest(stream, acknowledged) for stream in history.streams.values()), default=0.0)


def _longest(stream: list[Message], acknowledged: dict[tuple[str, str], float]) -> float:
    """Backwards through what came: what is still to come and was acknowledged first began the wait."""
    longest, waiting_since = 0.0, math.inf
    for number in range(len(stream) - 1, -1, -1):
        seen = stream[number]
        before = stream[number - 1].at if number else -math.inf
        waiting_since = min(waiting_since, acknowledged.get((seen.conversation, seen.client_message_id), math.inf))
        longest = max(longest, seen.at - max(before, waiting_since))
    return longest
