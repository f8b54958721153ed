"""Where a resume begins, and how large its answer may be."""

from typing import Any

import orjson
import pytest

from services.delivery.answers.resume import fit, positions_after
from services.delivery.log.sync_token import EventPosition, MalformedToken, Positions
from services.delivery.upstream.conversations_client import ResyncRequired

UP_TO = Positions("e1", {0: EventPosition(50, 1023), 1: EventPosition(7, 1023)})


def test_it_begins_at_the_token() -> None:
    """To the event."""
    assert positions_after("e1.0-40-3.1-6-0", UP_TO) == {0: EventPosition(40, 3), 1: EventPosition(6, 0)}


def test_events_beyond_our_own_position_arrive_live() -> None:
    """Another replica may be ahead of this one."""
    assert positions_after("e1.0-60-3.1-6-0", UP_TO)[0] == EventPosition(50, 1023)


def test_all_events_of_an_added_shard_are_new() -> None:
    """The token is from before."""
    assert positions_after("e1.0-40-3", UP_TO)[1] == EventPosition(0, 0)


@pytest.mark.parametrize("token", ["e2.0-40-3.1-6-0", "e1.0-40-3.9-1-0", "~e1.0-40-3"])
def test_a_token_that_does_not_say_what_is_missing_cannot_be_used(token: str) -> None:
    """Of another epoch, with a shard that does not exist, or partial: by a client that does not fold."""
    with pytest.raises(ResyncRequired):
        positions_after(token, UP_TO)


def test_garbage_is_a_malformed_token() -> None:
    """The client is wrong, not the log."""
    with pytest.raises(MalformedToken):
        positions_after("rubbish", UP_TO)


def conversations(count: int, messages: int) -> list[dict[str, Any]]:
    return [
        {"messages": [{"seq": seq, "content": "x" * 100} for seq in range(messages)], "limited": False}
        for _ in range(count)
    ]


def test_an_answer_that_fits_is_left_alone() -> None:
    """Nothing is marked."""
    answer = conversations(3, 10)
    assert fit(answer, 100_000) == answer


def test_a_large_answer_keeps_the_newest_messages_of_every_conversation() -> None:
    """What was left out is marked."""
    fitting = fit(conversations(40, 50), 50_000)
    assert len(orjson.dumps(fitting)) <= 50_000
    assert len(fitting) == 40
    assert all(conversation["limited"] for conversation in fitting)
    assert all(conversation["messages"][-1]["seq"] == 49 for conversation in fitting)


def test_an_answer_that_cannot_be_made_to_fit_asks_for_a_fresh_start() -> None:
    """Fetching the lists is cheaper then."""
    with pytest.raises(ResyncRequired):
        fit(conversations(5000, 1), 10_000)
