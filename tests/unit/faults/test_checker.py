"""The checker sees each kind of breakage: a checker that cannot fail proves nothing."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.faults.checker import Stored, StoredConversation, Tables, violations
from tests.faults.history import History, Outcome, Seen, Send, SocketLog

PEOPLE = ("ben", "anna")


def good_run() -> tuple[History, Tables]:
    """Three messages by ben, all acknowledged, stored, and seen by both."""
    sends = [Send("c", "ben", f"m{n}", f"text {n}", Outcome.ACKNOWLEDGED, n, 1) for n in (1, 2, 3)]
    seen = [Seen("c", n, "ben", f"m{n}", f"text {n}") for n in (1, 2, 3)]
    history = History(sends=sends, sockets=[SocketLog(user, list(seen)) for user in PEOPLE])
    history.streams.update({user: list(seen) for user in PEOPLE})
    history.watermarks["ben", "c", "anna"] = [1, 3]
    messages = [Stored("c", n, "ben", f"m{n}", f"text {n}") for n in (1, 2, 3)]
    return history, Tables([StoredConversation("c", PEOPLE, 3, {"ben": 3, "anna": 3})], messages)


def test_a_good_run_has_no_violation() -> None:
    """Nothing is made up."""
    assert violations(*good_run()) == []


def lose_a_row(history: History, tables: Tables) -> None:
    del tables.messages[2]


def change_a_text(history: History, tables: Tables) -> None:
    tables.messages[1] = replace(tables.messages[1], content="other")


def store_twice(history: History, tables: Tables) -> None:
    tables.messages.append(replace(tables.messages[0], seq=4))


def store_what_was_refused(history: History, tables: Tables) -> None:
    history.sends[2].outcome = Outcome.REFUSED


def store_what_nobody_sent(history: History, tables: Tables) -> None:
    del history.sends[0]


def leave_a_hole(history: History, tables: Tables) -> None:
    tables.messages[2] = replace(tables.messages[2], seq=4)


def swap_two_of_one_sender(history: History, tables: Tables) -> None:
    history.sends.reverse()


def repeat_on_a_socket(history: History, tables: Tables) -> None:
    history.sockets[1].frames.append(history.sockets[1].frames[-1])


def skip_on_a_socket(history: History, tables: Tables) -> None:
    del history.sockets[1].frames[1]


def receiver_misses_the_last(history: History, tables: Tables) -> None:
    del history.streams["anna"][-1]


def receiver_sees_another_order(history: History, tables: Tables) -> None:
    history.streams["anna"].reverse()


def receiver_sees_nothing(history: History, tables: Tables) -> None:
    history.streams["anna"].clear()


def watermark_goes_back(history: History, tables: Tables) -> None:
    history.watermarks["ben", "c", "anna"].append(2)


def watermark_past_the_end(history: History, tables: Tables) -> None:
    tables.conversations[0].last_read_seq["anna"] = 9


@pytest.mark.parametrize(
    "breakage",
    [
        lose_a_row,
        change_a_text,
        store_twice,
        store_what_was_refused,
        store_what_nobody_sent,
        leave_a_hole,
        swap_two_of_one_sender,
        repeat_on_a_socket,
        skip_on_a_socket,
        receiver_misses_the_last,
        receiver_sees_another_order,
        receiver_sees_nothing,
        watermark_goes_back,
        watermark_past_the_end,
    ],
)
def test_each_breakage_is_seen(breakage: Callable[[History, Tables], None]) -> None:
    """A broken run has at least one violation."""
    history, tables = good_run()
    breakage(history, tables)
    assert violations(history, tables)
