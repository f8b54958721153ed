"""The checker sees each kind of breakage: a checker that cannot fail proves nothing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from proof.faults.checker import Effect, decision_violations, table_violations, violations
from proof.faults.history import Answered, Decision, History, Mark, Message, Outcome, Send, SharedKey, SocketLog
from proof.faults.tables import StoredConversation, Tables

PEOPLE = ("ben", "anna")


def good_run() -> tuple[History, Tables]:
    """Five messages by ben: three acknowledged, one without an answer that was stored, one that failed."""
    outcomes = [Outcome.OK, Outcome.OK, Outcome.OK, Outcome.UNKNOWN, Outcome.FAIL]
    sends = [
        Send("c", "ben", f"m{n}", f"text {n}", outcome, n if outcome is Outcome.OK else None)
        for n, outcome in enumerate(outcomes, start=1)
    ]
    seen = [Message("c", n, "ben", f"m{n}", f"text {n}") for n in (1, 2, 3, 4)]
    marks = [Mark("c", "anna", 1), Mark("c", "anna", 3)]
    history = History(sends=sends, sockets=[SocketLog(user, list(seen), list(marks)) for user in PEOPLE])
    history.streams.update({user: list(seen) for user in PEOPLE})
    history.read_states.update({(viewer, "c", "anna"): 3 for viewer in PEOPLE})
    history.read_states.update({(viewer, "c", "ben"): 4 for viewer in PEOPLE})
    history.unread_counts.update({("ben", "c"): 0, ("anna", "c"): 1})
    messages = [Message("c", n, "ben", f"m{n}", f"text {n}") for n in (1, 2, 3, 4)]
    first, repeat = Answered("text 1", Outcome.OK, 1), Answered("text 1", Outcome.OK, 1, duplicate=True)
    conflict = Answered("text two", Outcome.FAIL, refusal="client_message_id_conflict")
    history.shared_keys = [
        SharedKey("c", "ben", "m1", (first, repeat)),
        SharedKey("c", "ben", "m2", (conflict, Answered("text 2", Outcome.OK, 2))),
        SharedKey("c", "ben", "nobody knows", (Answered("x", Outcome.UNKNOWN), Answered("x", Outcome.UNKNOWN))),
    ]
    history.decisions = [
        Decision(f"e{n}", "message.sent.v1", "c", user, action, n)
        for n in (1, 2, 3, 4)
        for user, action in (("ben", "nothing"), ("anna", "notify"))
    ]
    history.decisions.append(Decision("e0", "conversation.started.v1", "c", "anna", "notify", None))
    tables = Tables([StoredConversation("c", PEOPLE, 4, {"ben": 4, "anna": 3})], messages, {0: 9}, {0: 9})
    return history, tables


def test_a_good_run_has_no_violation() -> None:
    assert violations(*good_run()) == []
    assert decision_violations(*good_run(), once=True) == []


def test_an_unanswered_send_may_be_absent() -> None:
    """Unknown means once or never."""
    history, tables = good_run()
    history.sends.append(Send("c", "ben", "m6", "text 6"))
    assert violations(history, tables) == []


Breakage = Callable[[History, Tables], object]
Breakages = dict[str, tuple[Effect, Breakage]]

KEPT, REPEATED = Answered("text 1", Outcome.OK, 1), Answered("another", Outcome.OK, 1, duplicate=True)
CONFLICT = Answered("text 1", Outcome.FAIL, refusal="client_message_id_conflict")
GONE = Answered("x", Outcome.OK, 5)
ANNAS_MARK = ("ben", "c", "anna")  # as ben is shown it


def change(rows: list[Any], number: int, **fields: Any) -> None:
    rows[number] = replace(rows[number], **fields)


def key(*answers: Answered) -> SharedKey:
    return SharedKey("c", "ben", "gone", answers)


OF_TABLES: Breakages = {
    "a row is lost": (Effect.LOST, lambda _, tables: tables.messages.pop(2)),
    "a text is changed": (Effect.FALSE, lambda _, tables: change(tables.messages, 1, content="other")),
    "one is stored twice": (
        Effect.DOUBLED,
        lambda _, tables: tables.messages.append(replace(tables.messages[0], seq=5)),
    ),
    "one without an answer is stored twice": (
        Effect.DOUBLED,
        lambda _, tables: tables.messages.append(replace(tables.messages[3], seq=5)),
    ),
    "one that failed is stored": (
        Effect.FALSE,
        lambda _, tables: tables.messages.append(Message("c", 5, "ben", "m5", "text 5")),
    ),
    "one that nobody sent is stored": (Effect.FALSE, lambda history, _: history.sends.pop(3)),
    "the seqs have a gap": (Effect.LOST, lambda _, tables: change(tables.messages, 3, seq=5)),
    "the last seq is wrong": (Effect.FALSE, lambda _, tables: change(tables.conversations, 0, last_seq=5)),
    "a read mark is past the end": (
        Effect.FALSE,
        lambda _, tables: tables.conversations[0].last_read_seq.update(anna=9),
    ),
    "the consumer is past the end": (Effect.FALSE, lambda _, tables: tables.cursors.update({0: 10})),
    "what a shared key was acknowledged for is lost": (
        Effect.LOST,
        lambda history, _: history.shared_keys.append(key(GONE, GONE)),
    ),
    "both texts of a shared key are acknowledged": (
        Effect.FALSE,
        lambda history, _: change(history.shared_keys, 0, answers=(KEPT, REPEATED)),
    ),
    "a shared key is acknowledged twice": (
        Effect.DOUBLED,
        lambda history, _: change(history.shared_keys, 0, answers=(KEPT, KEPT)),
    ),
    "a repeat is refused as a conflict": (
        Effect.FALSE,
        lambda history, _: change(history.shared_keys, 0, answers=(KEPT, CONFLICT)),
    ),
    "both texts of a shared key are refused": (
        Effect.FALSE,
        lambda history, _: history.shared_keys.append(key(CONFLICT, CONFLICT)),
    ),
}
OF_RUNS: Breakages = {
    "two of one sender are swapped": (Effect.REORDERED, lambda history, _: history.sends.reverse()),
    "a socket repeats one": (Effect.DOUBLED, lambda history, _: frames(history).append(frames(history)[-1])),
    "a socket skips one": (Effect.LOST, lambda history, _: frames(history).pop(1)),
    "a socket steps back": (Effect.REORDERED, lambda history, _: frames(history).reverse()),
    "a receiver misses the last": (Effect.LOST, lambda history, _: shown(history).pop()),
    "a receiver sees another order": (Effect.REORDERED, lambda history, _: shown(history).reverse()),
    "a receiver sees one twice": (Effect.DOUBLED, lambda history, _: shown(history).append(shown(history)[-1])),
    "a receiver sees another text": (Effect.FALSE, lambda history, _: change(shown(history), 1, content="other")),
    "a receiver sees what is not stored": (
        Effect.FALSE,
        lambda history, _: shown(history).append(Message("c", 5, "ben", "m5", "text 5")),
    ),
    "a receiver sees nothing": (Effect.LOST, lambda history, _: history.streams.pop("anna")),
    "a read mark goes back on a socket": (
        Effect.FALSE,
        lambda history, _: history.sockets[0].marks.append(Mark("c", "anna", 2)),
    ),
    "a viewer misses the last read": (Effect.FALSE, lambda history, _: history.read_states.update({ANNAS_MARK: 1})),
    "a viewer is shown too much as read": (
        Effect.FALSE,
        lambda history, _: history.read_states.update({ANNAS_MARK: 4}),
    ),
    "an unread count is wrong": (Effect.FALSE, lambda history, _: history.unread_counts.update({("anna", "c"): 0})),
    "own messages count as unread": (Effect.FALSE, lambda history, _: history.unread_counts.update({("ben", "c"): 4})),
    "an unread count is not told": (Effect.FALSE, lambda history, _: history.unread_counts.pop(("anna", "c"))),
}
OF_DECISIONS: Breakages = {
    "nothing is decided about the last": (Effect.LOST, lambda history, _: drop_decisions(history, 4, *PEOPLE)),
    "one of the people is forgotten": (Effect.LOST, lambda history, _: drop_decisions(history, 2, "anna")),
    "it is decided twice": (Effect.DOUBLED, lambda history, _: history.decisions.append(history.decisions[0])),
    "it is decided about what is not stored": (
        Effect.FALSE,
        lambda history, _: history.decisions.append(Decision("e5", "message.sent.v1", "c", "anna", "notify", 5)),
    ),
    "the sender is notified": (Effect.FALSE, lambda history, _: change(history.decisions, 0, action="notify")),
    "the recipient is not": (Effect.FALSE, lambda history, _: change(history.decisions, 1, action="nothing")),
    "a stranger is notified": (
        Effect.FALSE,
        lambda history, _: history.decisions.append(Decision("e4", "message.sent.v1", "c", "mallory", "notify", 4)),
    ),
}


def frames(history: History) -> list[Message]:
    """On anna's socket."""
    return history.sockets[1].frames


def shown(history: History) -> list[Message]:
    """To anna, in the end."""
    return history.streams["anna"]


def drop_decisions(history: History, seq: int, *users: str) -> None:
    history.decisions = [one for one in history.decisions if one.seq != seq or one.user not in users]


@pytest.mark.parametrize("name", [*OF_TABLES, *OF_RUNS])
def test_each_violation_is_detected(name: str) -> None:
    """A broken run has a violation with the effect it has on a person."""
    history, tables = good_run()
    effect, breaks = (OF_TABLES | OF_RUNS)[name]
    breaks(history, tables)
    assert effect in {violation.effect for violation in violations(history, tables)}


@pytest.mark.parametrize("name", OF_TABLES)
def test_violations_in_the_tables_are_detected_without_the_clients(name: str) -> None:
    """A later look at the tables needs no streams."""
    history, tables = good_run()
    history.sockets.clear()
    history.streams.clear()
    OF_TABLES[name][1](history, tables)
    assert table_violations(history, tables)


@pytest.mark.parametrize("name", OF_DECISIONS)
def test_each_wrong_decision_is_detected(name: str) -> None:
    """Of notifications, about a run that is right otherwise."""
    history, tables = good_run()
    effect, breaks = OF_DECISIONS[name]
    breaks(history, tables)
    assert {violation.effect for violation in decision_violations(history, tables, once=True)} == {effect}
    assert violations(history, tables) == []


def test_after_a_crash_a_decision_may_come_again() -> None:
    """It may, and nothing else may be wrong."""
    history, tables = good_run()
    history.decisions.append(history.decisions[0])
    assert decision_violations(history, tables, once=False) == []


def test_concurrent_messages_have_no_order() -> None:
    """Only one that was sent after the answer to the one before."""
    history, tables = good_run()
    history.sends.reverse()
    for send in history.sends:
        send.in_turn = False
    assert violations(history, tables) == []
