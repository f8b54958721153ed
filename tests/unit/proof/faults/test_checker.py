"""The checker sees each kind of breakage: a checker that cannot fail proves nothing."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from proof.faults.checker import Effect, decision_violations, table_violations, violations
from proof.faults.history import Answered, Decision, History, Mark, Outcome, Seen, Send, SharedKey, SocketLog
from proof.faults.tables import Stored, StoredConversation, Tables

PEOPLE = ("ben", "anna")


def good_run() -> tuple[History, Tables]:
    """Five messages by ben: three acknowledged, one without an answer that was stored, one that failed."""
    outcomes = [Outcome.OK, Outcome.OK, Outcome.OK, Outcome.UNKNOWN, Outcome.FAIL]
    sends = [
        Send("c", "ben", f"m{n}", f"text {n}", outcome, n if outcome is Outcome.OK else None)
        for n, outcome in enumerate(outcomes, start=1)
    ]
    seen = [Seen("c", n, "ben", f"m{n}", f"text {n}") for n in (1, 2, 3, 4)]
    marks = [Mark("c", "anna", 1), Mark("c", "anna", 3)]
    history = History(sends=sends, sockets=[SocketLog(user, list(seen), list(marks)) for user in PEOPLE])
    history.streams.update({user: list(seen) for user in PEOPLE})
    history.read_states.update({(viewer, "c", "anna"): 3 for viewer in PEOPLE})
    history.read_states.update({(viewer, "c", "ben"): 4 for viewer in PEOPLE})
    history.unread_counts.update({("ben", "c"): 0, ("anna", "c"): 1})
    messages = [Stored("c", n, "ben", f"m{n}", f"text {n}") for n in (1, 2, 3, 4)]
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
    """Nothing is made up."""
    assert violations(*good_run()) == []
    assert decision_violations(*good_run(), once=True) == []


def test_an_unanswered_send_may_be_absent() -> None:
    """Unknown means once or never."""
    history, tables = good_run()
    history.sends.append(Send("c", "ben", "m6", "text 6"))
    assert violations(history, tables) == []


Breakage = Callable[[History, Tables], None]


def lose_a_row(history: History, tables: Tables) -> None:
    del tables.messages[2]


def change_a_text(history: History, tables: Tables) -> None:
    tables.messages[1] = replace(tables.messages[1], content="other")


def store_twice(history: History, tables: Tables) -> None:
    tables.messages.append(replace(tables.messages[0], seq=5))


def store_an_unanswered_one_twice(history: History, tables: Tables) -> None:
    tables.messages.append(replace(tables.messages[3], seq=5))


def store_what_failed(history: History, tables: Tables) -> None:
    tables.messages.append(Stored("c", 5, "ben", "m5", "text 5"))


def store_what_nobody_sent(history: History, tables: Tables) -> None:
    del history.sends[3]


def leave_a_hole(history: History, tables: Tables) -> None:
    tables.messages[3] = replace(tables.messages[3], seq=5)


def count_the_conversation_wrong(history: History, tables: Tables) -> None:
    tables.conversations[0] = replace(tables.conversations[0], last_seq=5)


def watermark_past_the_end(history: History, tables: Tables) -> None:
    tables.conversations[0].last_read_seq["anna"] = 9


def consumer_is_past_the_end(history: History, tables: Tables) -> None:
    tables.cursors[0] = 10


def lose_what_a_shared_key_was_acknowledged_for(history: History, tables: Tables) -> None:
    history.shared_keys.append(
        SharedKey("c", "ben", "gone", (Answered("x", Outcome.OK, 5), Answered("x", Outcome.OK, 5)))
    )


def acknowledge_both_texts_of_a_shared_key(history: History, tables: Tables) -> None:
    answers = (Answered("text 1", Outcome.OK, 1), Answered("another", Outcome.OK, 1, duplicate=True))
    history.shared_keys[0] = replace(history.shared_keys[0], answers=answers)


def acknowledge_a_shared_key_twice(history: History, tables: Tables) -> None:
    history.shared_keys[0] = replace(history.shared_keys[0], answers=(Answered("text 1", Outcome.OK, 1),) * 2)


def refuse_a_repeat_as_a_conflict(history: History, tables: Tables) -> None:
    conflict = Answered("text 1", Outcome.FAIL, refusal="client_message_id_conflict")
    history.shared_keys[0] = replace(history.shared_keys[0], answers=(Answered("text 1", Outcome.OK, 1), conflict))


def refuse_both_texts_of_a_shared_key(history: History, tables: Tables) -> None:
    conflict = Answered("x", Outcome.FAIL, refusal="client_message_id_conflict")
    history.shared_keys.append(SharedKey("c", "ben", "gone", (conflict, conflict)))


BREAKAGES_OF_TABLES: dict[Breakage, Effect] = {
    lose_a_row: Effect.LOST,
    change_a_text: Effect.FALSE,
    store_twice: Effect.DOUBLED,
    store_an_unanswered_one_twice: Effect.DOUBLED,
    store_what_failed: Effect.FALSE,
    store_what_nobody_sent: Effect.FALSE,
    leave_a_hole: Effect.LOST,
    count_the_conversation_wrong: Effect.FALSE,
    watermark_past_the_end: Effect.FALSE,
    consumer_is_past_the_end: Effect.FALSE,
    lose_what_a_shared_key_was_acknowledged_for: Effect.LOST,
    acknowledge_both_texts_of_a_shared_key: Effect.FALSE,
    acknowledge_a_shared_key_twice: Effect.DOUBLED,
    refuse_a_repeat_as_a_conflict: Effect.FALSE,
    refuse_both_texts_of_a_shared_key: Effect.FALSE,
}


def swap_two_of_one_sender(history: History, tables: Tables) -> None:
    history.sends.reverse()


def repeat_on_a_socket(history: History, tables: Tables) -> None:
    history.sockets[1].frames.append(history.sockets[1].frames[-1])


def skip_on_a_socket(history: History, tables: Tables) -> None:
    del history.sockets[1].frames[1]


def step_back_on_a_socket(history: History, tables: Tables) -> None:
    history.sockets[1].frames.reverse()


def receiver_misses_the_last(history: History, tables: Tables) -> None:
    del history.streams["anna"][-1]


def receiver_sees_another_order(history: History, tables: Tables) -> None:
    history.streams["anna"].reverse()


def receiver_sees_one_twice(history: History, tables: Tables) -> None:
    history.streams["anna"].append(history.streams["anna"][-1])


def receiver_sees_another_text(history: History, tables: Tables) -> None:
    history.streams["anna"][1] = replace(history.streams["anna"][1], content="other")


def receiver_sees_what_is_not_stored(history: History, tables: Tables) -> None:
    history.streams["anna"].append(Seen("c", 5, "ben", "m5", "text 5"))


def receiver_sees_nothing(history: History, tables: Tables) -> None:
    del history.streams["anna"]


def watermark_goes_back_on_a_socket(history: History, tables: Tables) -> None:
    history.sockets[0].marks.append(Mark("c", "anna", 2))


def viewer_misses_the_last_read(history: History, tables: Tables) -> None:
    history.read_states["ben", "c", "anna"] = 1


def viewer_is_shown_too_much_as_read(history: History, tables: Tables) -> None:
    history.read_states["ben", "c", "anna"] = 4


def unread_count_is_wrong(history: History, tables: Tables) -> None:
    history.unread_counts["anna", "c"] = 0


def own_messages_count_as_unread(history: History, tables: Tables) -> None:
    history.unread_counts["ben", "c"] = 4


def unread_count_is_not_told(history: History, tables: Tables) -> None:
    del history.unread_counts["anna", "c"]


BREAKAGES_OF_RUNS: dict[Breakage, Effect] = {
    swap_two_of_one_sender: Effect.REORDERED,
    repeat_on_a_socket: Effect.DOUBLED,
    skip_on_a_socket: Effect.LOST,
    step_back_on_a_socket: Effect.REORDERED,
    receiver_misses_the_last: Effect.LOST,
    receiver_sees_another_order: Effect.REORDERED,
    receiver_sees_one_twice: Effect.DOUBLED,
    receiver_sees_another_text: Effect.FALSE,
    receiver_sees_what_is_not_stored: Effect.FALSE,
    receiver_sees_nothing: Effect.LOST,
    watermark_goes_back_on_a_socket: Effect.FALSE,
    viewer_misses_the_last_read: Effect.FALSE,
    viewer_is_shown_too_much_as_read: Effect.FALSE,
    unread_count_is_wrong: Effect.FALSE,
    own_messages_count_as_unread: Effect.FALSE,
    unread_count_is_not_told: Effect.FALSE,
}


@pytest.mark.parametrize(("breakage", "effect"), [*BREAKAGES_OF_TABLES.items(), *BREAKAGES_OF_RUNS.items()])
def test_each_violation_is_detected(breakage: Breakage, effect: Effect) -> None:
    """A broken run has a violation with the effect it has on a person."""
    history, tables = good_run()
    breakage(history, tables)
    assert effect in {violation.effect for violation in violations(history, tables)}


@pytest.mark.parametrize("breakage", BREAKAGES_OF_TABLES)
def test_violations_in_the_tables_are_detected_without_the_clients(breakage: Breakage) -> None:
    """A later look at the tables needs no streams."""
    history, tables = good_run()
    history.sockets.clear()
    history.streams.clear()
    breakage(history, tables)
    assert table_violations(history, tables)


def decide_nothing_about_the_last(history: History, tables: Tables) -> None:
    history.decisions = [decision for decision in history.decisions if decision.seq != 4]


def forget_one_of_the_people(history: History, tables: Tables) -> None:
    history.decisions = [decision for decision in history.decisions if (decision.seq, decision.user) != (2, "anna")]


def decide_twice(history: History, tables: Tables) -> None:
    history.decisions.append(history.decisions[0])


def decide_about_what_is_not_stored(history: History, tables: Tables) -> None:
    history.decisions.append(Decision("e5", "message.sent.v1", "c", "anna", "notify", 5))


def notify_the_sender(history: History, tables: Tables) -> None:
    history.decisions[0] = replace(history.decisions[0], action="notify")


def keep_it_from_the_recipient(history: History, tables: Tables) -> None:
    history.decisions[1] = replace(history.decisions[1], action="nothing")


def notify_a_stranger(history: History, tables: Tables) -> None:
    history.decisions.append(Decision("e4", "message.sent.v1", "c", "mallory", "notify", 4))


BREAKAGES_OF_DECISIONS: dict[Breakage, Effect] = {
    decide_nothing_about_the_last: Effect.LOST,
    forget_one_of_the_people: Effect.LOST,
    decide_twice: Effect.DOUBLED,
    decide_about_what_is_not_stored: Effect.FALSE,
    notify_the_sender: Effect.FALSE,
    keep_it_from_the_recipient: Effect.FALSE,
    notify_a_stranger: Effect.FALSE,
}


@pytest.mark.parametrize(("breakage", "effect"), BREAKAGES_OF_DECISIONS.items())
def test_each_wrong_decision_is_detected(breakage: Breakage, effect: Effect) -> None:
    """Of notifications, about a run that is right otherwise."""
    history, tables = good_run()
    breakage(history, tables)
    assert {violation.effect for violation in decision_violations(history, tables, once=True)} == {effect}
    assert violations(history, tables) == []


def test_after_a_crash_a_decision_may_come_again() -> None:
    """It may, and nothing else may be wrong."""
    history, tables = good_run()
    decide_twice(history, tables)
    assert decision_violations(history, tables, once=False) == []


def test_concurrent_messages_have_no_order() -> None:
    """Only one that was sent after the answer to the one before."""
    history, tables = good_run()
    history.sends.reverse()
    for send in history.sends:
        send.in_turn = False
    assert violations(history, tables) == []
