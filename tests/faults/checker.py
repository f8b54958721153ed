"""The delivery contract, as a function: a recorded history and the tables at the end in, violations out."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.faults.history import History, Outcome, Seen


@dataclass(frozen=True)
class Stored:
    """One row of the messages table, with the sender's id."""

    conversation: str
    seq: int
    sender: str
    client_message_id: str
    content: str


@dataclass(frozen=True)
class StoredConversation:
    """One row of the conversations table."""

    id: str
    people: tuple[str, str]
    last_seq: int
    last_read_seq: dict[str, int]


@dataclass(frozen=True)
class Tables:
    """What the database holds at the end."""

    conversations: list[StoredConversation]
    messages: list[Stored]

    def stream(self, user: str) -> dict[str, list[Stored]]:
        """Every message of a person's conversations, by conversation, in order."""
        mine = {conversation.id for conversation in self.conversations if user in conversation.people}
        streams: dict[str, list[Stored]] = defaultdict(list)
        for message in sorted(self.messages, key=lambda message: message.seq):
            if message.conversation in mine:
                streams[message.conversation].append(message)
        return streams


def violations(history: History, tables: Tables) -> list[str]:
    """Every promise that was broken, in words; empty when the contract held."""
    return [problem for rule in _RULES for problem in rule(history, tables)]


def _acknowledged_is_stored(history: History, tables: Tables) -> Iterator[str]:
    stored = {(m.conversation, m.sender, m.client_message_id): m for m in tables.messages}
    for send in history.acknowledged:
        row = stored.get((send.conversation, send.sender, send.client_message_id))
        if row is None:
            yield f"lost: {send.client_message_id} was acknowledged as seq {send.seq} and is not stored"
        elif (row.seq, row.content) != (send.seq, send.content):
            yield f"changed: {send.client_message_id} was acknowledged as seq {send.seq}, stored as seq {row.seq}"


def _stored_once(_: History, tables: Tables) -> Iterator[str]:
    counts = Counter((m.conversation, m.sender, m.client_message_id) for m in tables.messages)
    yield from (f"doubled: {key[2]} is stored {count} times" for key, count in counts.items() if count > 1)


def _refused_is_absent(history: History, tables: Tables) -> Iterator[str]:
    stored = {(m.conversation, m.sender, m.client_message_id) for m in tables.messages}
    for send in history.sends:
        key = (send.conversation, send.sender, send.client_message_id)
        if send.outcome is Outcome.REFUSED and key in stored:
            yield f"ghost: {send.client_message_id} was refused for good and is stored"


def _nothing_from_nowhere(history: History, tables: Tables) -> Iterator[str]:
    invoked = {(s.conversation, s.sender, s.client_message_id) for s in history.sends}
    for message in tables.messages:
        if (message.conversation, message.sender, message.client_message_id) not in invoked:
            yield f"ghost: {message.client_message_id} is stored and nobody sent it"


def _seq_is_dense(_: History, tables: Tables) -> Iterator[str]:
    seqs: dict[str, list[int]] = defaultdict(list)
    for message in tables.messages:
        seqs[message.conversation].append(message.seq)
    for conversation in tables.conversations:
        found = sorted(seqs[conversation.id])
        if found != list(range(1, len(found) + 1)):
            yield f"hole: the seqs of {conversation.id} are not 1..{len(found)}"
        if conversation.last_seq != len(found):
            yield f"recount: {conversation.id} says last_seq {conversation.last_seq}, {len(found)} are stored"


def _senders_order_is_kept(history: History, tables: Tables) -> Iterator[str]:
    """What one person sent one after another into one conversation has rising seqs."""
    last: dict[tuple[str, str], int] = {}
    for send in history.acknowledged:
        key = (send.conversation, send.sender)
        if send.seq is not None and send.seq <= last.get(key, 0):
            yield f"reordered: {send.client_message_id} got seq {send.seq} after seq {last[key]}"
        last[key] = send.seq or 0


def _each_socket_is_dense(history: History, _: Tables) -> Iterator[str]:
    """On one socket, a conversation's seq goes up by one: no repeat, no hole, no step back."""
    for socket in history.sockets:
        last: dict[str, int] = {}
        for seen in socket.frames:
            before = last.get(seen.conversation)
            if before is not None and seen.seq != before + 1:
                yield f"stream: a socket of {socket.user} got seq {seen.seq} after seq {before}"
            last[seen.conversation] = seen.seq


def _streams_equal_the_database(history: History, tables: Tables) -> Iterator[str]:
    for user, stream in history.streams.items():
        seen: dict[str, list[Seen]] = defaultdict(list)
        for message in stream:
            seen[message.conversation].append(message)
        for conversation, stored in tables.stream(user).items():
            wanted = [(m.seq, m.client_message_id, m.content) for m in stored]
            got = [(m.seq, m.client_message_id, m.content) for m in seen[conversation]]
            if got != wanted:
                yield f"receiver: what {user} saw of {conversation} ({len(got)}) is not what is stored ({len(wanted)})"


def _watermarks_only_rise(history: History, tables: Tables) -> Iterator[str]:
    for (viewer, conversation, reader), marks in history.watermarks.items():
        if marks != sorted(marks):
            yield f"watermark: {viewer} saw {reader}'s read state of {conversation} go back"
    for row in tables.conversations:
        for user, mark in row.last_read_seq.items():
            if not 0 <= mark <= row.last_seq:
                yield f"watermark: {user}'s stands at {mark} of {row.last_seq} in {row.id}"


_RULES: tuple[Callable[[History, Tables], Iterator[str]], ...] = (
    _acknowledged_is_stored,
    _stored_once,
    _refused_is_absent,
    _nothing_from_nowhere,
    _seq_is_dense,
    _senders_order_is_kept,
    _each_socket_is_dense,
    _streams_equal_the_database,
    _watermarks_only_rise,
)
