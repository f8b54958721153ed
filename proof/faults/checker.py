"""The delivery contract, as a function: a recorded history and the tables at the end in, violations out."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from proof.faults.history import Answered, History, Message, Outcome
from proof.faults.tables import Tables

_MESSAGE_SENT = "message.sent.v1"


class Effect(StrEnum):
    LOST = "lost"
    DOUBLED = "doubled"
    REORDERED = "reordered"
    FALSE = "false"
    """An answer, a decision or a stored row is not true."""


@dataclass(frozen=True)
class Violation:
    effect: Effect
    text: str

    def __str__(self) -> str:
        return f"{self.effect}: {self.text}"


_lost = partial(Violation, Effect.LOST)
_duplicated = partial(Violation, Effect.DOUBLED)
_reordered = partial(Violation, Effect.REORDERED)
_false = partial(Violation, Effect.FALSE)


def violations(history: History, tables: Tables) -> list[Violation]:
    """Every promise that was broken; empty when the contract held."""
    return [violation for rule in _RULES for violation in rule(history, tables)]


def table_violations(history: History, tables: Tables) -> list[Violation]:
    """Only those that the tables alone can break; for a look at an earlier run's conversations."""
    return [violation for rule in _RULES_OF_TABLES for violation in rule(history, tables)]


def has_settled(history: History, tables: Tables) -> bool:
    """Whether everybody has been shown all that is stored."""
    return not any([*_streams_equal_the_database(history, tables), *_read_states_equal_the_database(history, tables)])


def decision_violations(history: History, tables: Tables, *, once: bool) -> list[Violation]:
    """What notifications decided against what is stored. Twice is a violation if it must be `once`."""
    rules = [_every_message_is_decided, _decisions_are_true, *([_decided_once] if once else [])]
    return [violation for rule in rules for violation in rule(history, tables)]


def _every_message_is_decided(history: History, tables: Tables) -> Iterator[Violation]:
    """For both people."""
    decided: dict[tuple[str, str], set[int | None]] = defaultdict(set)
    for decision in history.decisions:
        if decision.event_type == _MESSAGE_SENT:
            decided[decision.conversation, decision.user].add(decision.seq)
    for conversation in tables.conversations:
        stored = {message.seq for message in tables.messages if message.conversation == conversation.id}
        for user in conversation.people:
            if missing := stored - decided[conversation.id, user]:
                where = f"{len(missing)} of {conversation.id}, the first of them seq {min(missing)}"
                yield _lost(f"notifications decided nothing for {user} about {where}")


def _decided_once(history: History, _: Tables) -> Iterator[Violation]:
    counts = Counter((d.event_id, d.user) for d in history.decisions)
    yield from (
        _duplicated(f"decided {n} times for {user} about {event}") for (event, user), n in counts.items() if n > 1
    )


def _decisions_are_true(history: History, tables: Tables) -> Iterator[Violation]:
    """About what is stored, for people of the conversation, and nobody is notified of what they wrote."""
    people = {c.id: c.people for c in tables.conversations}
    senders = {(m.conversation, m.seq): m.sender for m in tables.messages}
    for decision in history.decisions:
        where = f"{decision.event_id} for {decision.user}"
        if decision.user not in people.get(decision.conversation, ()):
            yield _false(f"decided about {where}, who is not of {decision.conversation}")
        elif decision.event_type == _MESSAGE_SENT:
            sender = senders.get((decision.conversation, decision.seq or 0))
            if sender is None:
                yield _false(f"decided about {where}, seq {decision.seq}, which is not stored")
            elif (decision.action == "notify") != (decision.user != sender):
                yield _false(f"decided {decision.action!r} about {where}, and {sender} is the sender")


def _cursors_are_within_the_log(_: History, tables: Tables) -> Iterator[Violation]:
    for shard, pos in tables.cursors.items():
        if pos > tables.heads.get(shard, 0):
            yield _false(f"notifications stand at {pos} of shard {shard}, which ends at {tables.heads.get(shard, 0)}")


def _shared_key_stores_one_message(history: History, tables: Tables) -> Iterator[Violation]:
    """The first is stored; the other one is a repeat, or refused if its text differs."""
    stored = {(m.conversation, m.sender, m.client_message_id): m for m in tables.messages}
    for shared in history.shared_keys:
        row = stored.get((shared.conversation, shared.sender, shared.client_message_id))
        for answer in shared.answers:
            yield from _answer_fits(shared.client_message_id, answer, row)
        if sum(answer.outcome is Outcome.OK and not answer.duplicate for answer in shared.answers) > 1:
            yield _duplicated(f"{shared.client_message_id} was acknowledged twice, neither time as a duplicate")


def _answer_fits(key: str, answer: Answered, row: Message | None) -> Iterator[Violation]:
    if answer.outcome is Outcome.OK:
        if row is None:
            yield _lost(f"{key} was acknowledged as seq {answer.seq} and is not stored")
        elif (row.seq, row.content) != (answer.seq, answer.content):
            yield _false(f"{key} was acknowledged with a text or seq that is not the stored one")
    elif answer.refusal == "client_message_id_conflict" and (row is None or row.content == answer.content):
        yield _false(f"{key} was refused as a conflict, and no other text is stored")


def _acknowledged_is_stored(history: History, tables: Tables) -> Iterator[Violation]:
    stored = {(m.conversation, m.sender, m.client_message_id): m for m in tables.messages}
    for send in history.acknowledged:
        row = stored.get((send.conversation, send.sender, send.client_message_id))
        if row is None:
            yield _lost(f"{send.client_message_id} was acknowledged as seq {send.seq} and is not stored")
        elif (row.seq, row.content) != (send.seq, send.content):
            yield _false(f"{send.client_message_id} was acknowledged as seq {send.seq}, stored as seq {row.seq}")


def _stored_once(_: History, tables: Tables) -> Iterator[Violation]:
    """Includes messages without an answer."""
    counts = Counter((m.conversation, m.sender, m.client_message_id) for m in tables.messages)
    yield from (_duplicated(f"{key[2]} is stored {count} times") for key, count in counts.items() if count > 1)


def _failed_is_absent(history: History, tables: Tables) -> Iterator[Violation]:
    stored = {(m.conversation, m.sender, m.client_message_id) for m in tables.messages}
    for send in history.sends:
        key = (send.conversation, send.sender, send.client_message_id)
        if send.outcome is Outcome.FAIL and key in stored:
            yield _false(f"{send.client_message_id} failed, as its sender was told, and is stored")


def _nothing_from_nowhere(history: History, tables: Tables) -> Iterator[Violation]:
    invoked = {(s.conversation, s.sender, s.client_message_id) for s in history.sends}
    for message in tables.messages:
        if (message.conversation, message.sender, message.client_message_id) not in invoked:
            yield _false(f"{message.client_message_id} is stored and nobody sent it")


def _seq_is_dense(_: History, tables: Tables) -> Iterator[Violation]:
    seqs: dict[str, list[int]] = defaultdict(list)
    for message in tables.messages:
        seqs[message.conversation].append(message.seq)
    for conversation in tables.conversations:
        found = sorted(seqs[conversation.id])
        if found != list(range(1, len(found) + 1)):
            yield _lost(f"the seqs of {conversation.id} are not 1..{len(found)}")
        if conversation.last_seq != len(found):
            yield _false(f"{conversation.id} says last_seq {conversation.last_seq}, {len(found)} are stored")


def _senders_order_is_kept(history: History, _: Tables) -> Iterator[Violation]:
    """Messages that one person sent sequentially to one conversation have rising seqs."""
    last: dict[tuple[str, str], int] = {}
    for send in (send for send in history.acknowledged if send.in_turn):
        key, seq = (send.conversation, send.sender), send.seq or 0
        if seq <= last.get(key, 0):
            yield _reordered(f"{send.client_message_id} got seq {seq} after seq {last[key]}")
        last[key] = seq


def _each_socket_is_dense(history: History, _: Tables) -> Iterator[Violation]:
    """On one socket, a conversation's seq rises by one: no repeat, no gap, no step back."""
    for socket in history.sockets:
        seqs: dict[str, list[int]] = defaultdict(list)
        for seen in socket.frames:
            seqs[seen.conversation].append(seen.seq)
        for conversation, got in seqs.items():
            yield from _steps(f"a socket of {socket.user} in {conversation}", got)


def _steps(who: str, seqs: list[int]) -> Iterator[Violation]:
    met: set[int] = set()
    for before, seq in zip([seqs[0] - 1, *seqs], seqs, strict=False):
        if seq in met:
            yield _duplicated(f"{who} got seq {seq} again")
        elif seq <= before:
            yield _reordered(f"{who} got seq {seq} after seq {before}")
        elif seq > before + 1:
            yield _lost(f"{who} got seq {seq} after seq {before}")
        met.add(seq)


def _streams_equal_the_database(history: History, tables: Tables) -> Iterator[Violation]:
    for user in {user for conversation in tables.conversations for user in conversation.people}:
        seen: dict[str, list[Message]] = defaultdict(list)
        for message in history.streams.get(user, []):
            seen[message.conversation].append(message)
        for conversation, stored in tables.stream(user).items():
            yield from _compare(user, conversation, seen[conversation], stored)


def _compare(user: str, conversation: str, seen: list[Message], stored: list[Message]) -> Iterator[Violation]:
    seqs = [message.seq for message in seen]
    if any(later == earlier for earlier, later in itertools.pairwise(seqs)):
        yield _duplicated(f"{user} was shown a message of {conversation} twice")
    if any(later < earlier for earlier, later in itertools.pairwise(seqs)):
        yield _reordered(f"{user} was shown {conversation} out of order")
    got, wanted = ({message.seq: message for message in messages} for messages in (seen, stored))
    if missing := wanted.keys() - got.keys():
        yield _lost(f"{user} never saw {len(missing)} of {conversation}, the first of them seq {min(missing)}")
    if others := [seq for seq in got if got[seq] != wanted.get(seq)]:
        yield _false(f"{user} saw {len(others)} in {conversation} that are not so stored, the first seq {min(others)}")


def _watermarks_only_rise(history: History, _: Tables) -> Iterator[Violation]:
    """On one socket; what one socket was told may well be behind what another one was."""
    for socket in history.sockets:
        last: dict[tuple[str, str], int] = {}
        for mark in socket.marks:
            key = (mark.conversation, mark.reader)
            if mark.seq <= last.get(key, -1):
                yield _false(f"{socket.user} was told that {mark.reader} read {mark.seq} after {last[key]}")
            last[key] = mark.seq


def _watermarks_are_within_bounds(_: History, tables: Tables) -> Iterator[Violation]:
    for row in tables.conversations:
        for user, mark in row.last_read_seq.items():
            if not 0 <= mark <= row.last_seq:
                yield _false(f"{user}'s watermark stands at {mark} of {row.last_seq} in {row.id}")


def _read_states_equal_the_database(history: History, tables: Tables) -> Iterator[Violation]:
    for row in tables.conversations:
        for viewer in row.people:
            for reader, mark in row.last_read_seq.items():
                shown = history.read_states.get((viewer, row.id, reader), 0)
                if shown != mark:
                    yield _false(f"{viewer} is shown that {reader} has read {shown} of {row.id}, and it is {mark}")


def _unread_counts_are_recounted(history: History, tables: Tables) -> Iterator[Violation]:
    """Messages of the other person past one's own read mark; own messages count as read."""
    for row in tables.conversations:
        messages = [message for message in tables.messages if message.conversation == row.id]
        for user in row.people:
            counted = sum(m.seq > row.last_read_seq[user] and m.sender != user for m in messages)
            told = history.unread_counts.get((user, row.id))
            if told != counted:
                yield _false(f"{user} is told of {told} unread in {row.id}, and they are {counted}")


Rule = Callable[[History, Tables], Iterator[Violation]]

_RULES_OF_TABLES: tuple[Rule, ...] = (
    *(_acknowledged_is_stored, _stored_once, _failed_is_absent, _nothing_from_nowhere, _seq_is_dense),
    *(_watermarks_are_within_bounds, _cursors_are_within_the_log, _shared_key_stores_one_message),
)
_RULES: tuple[Rule, ...] = (
    *(*_RULES_OF_TABLES, _senders_order_is_kept, _each_socket_is_dense, _streams_equal_the_database),
    *(_watermarks_only_rise, _read_states_equal_the_database, _unread_counts_are_recounted),
)
