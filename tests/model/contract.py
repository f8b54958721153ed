"""What each client must have seen: the delivery contract, held against what one device gets, frame by frame."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from marketplace_messaging import sync_token
from services.delivery.log.sync_token import MAX_PUSHED_TOKEN_BYTES, EventPosition, Positions
from tests.kit.client_state import ClientState, conversation_of, frame_of
from tests.kit.life import Json, Life, Places
from tests.kit.reference import Reference


@dataclass
class SocketStream:
    """What one socket's live stream must bring: every event of its user after the socket joined, in log order."""

    life: Life
    user: str
    joined_at: Places
    token: str
    """The whole one after the frames that were received."""
    looks_at: set[str] = field(default_factory=set)

    @property
    def seen(self) -> Places:
        return Positions.from_token(self.token).places

    def next_event(self, shard: int) -> Json | None:
        ahead = self.life.events(self.seen, self.life.ends, self.user)
        return next((event for event in ahead if event["shard"] == shard), None)


class Sent(NamedTuple):
    """A message as its client wrote it."""

    conversation: str
    text: str
    reply_to: int | None = None


class Contract:
    """Every method is one promise; a broken one is an AssertionError that names it."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self.typing: set[tuple[str, str]] = set()
        """Conversations and who has ever typed in them."""
        self._acknowledged: dict[tuple[str, str, str], tuple[int, str]] = {}

    def stream(self, user: str, positions: Positions) -> SocketStream:
        life = self._reference.lives[positions.epoch]
        return SocketStream(life, user, dict(positions.places), positions.token())

    def frame_allowed(self, user: str, stream: SocketStream, frame: Json) -> None:
        """Nobody hears of other people's conversations, and of typing only who looks at the conversation."""
        conversation = frame.get("conversationId") or frame.get("conversation", {}).get("id")
        if frame["type"] == "left":
            stream.looks_at.discard(conversation)
        if frame["type"] in ("error", "left") or conversation is None:
            return
        assert user in self._reference.people_ever[conversation], f"{user} got a frame of other people's conversation"
        if frame["type"] == "joined":
            stream.looks_at.add(conversation)
        if frame["type"] == "typing":
            assert conversation in stream.looks_at, "typing reached a socket that does not look at the conversation"
            assert frame["userId"] in self._reference.people_ever[conversation], "typing of a stranger"
            assert frame["userId"] != user, "typing came back to who typed"
            assert (conversation, frame["userId"]) in self.typing, "typing of somebody who never typed"

    def next_in_stream(self, stream: SocketStream, frame: Json) -> None:
        """A socket's stream is the log after the place where it joined: no hole, no repeat, no step back."""
        shard = stream.life.shard_of(conversation_of(frame))
        event = stream.next_event(shard)
        assert event is not None, f"{frame['type']} for an event that is not in the log, or came before"
        before = stream.seen
        assert len(frame["token"]) <= MAX_PUSHED_TOKEN_BYTES
        stream.token = sync_token.updated(stream.token, frame["token"])
        token = Positions.from_token(stream.token)
        place = EventPosition(event["pos"], event["idx"])
        assert token.epoch == stream.life.epoch
        assert token.places[shard] == place, f"the stream went on at {token.places[shard]} instead of {place}"
        forms = [{**frame_of(form), "token": frame["token"]} for form in (event, stream.life.committed(event))]
        assert frame in forms, "a frame is not what was committed"
        for other, place_before in before.items():
            assert token.places[other] >= place_before, "a token went back"

    def acknowledged(self, user: str, sent: Sent, frame: Json) -> None:
        """`message_sent` means committed, once, under the seq it names, as the answer to the message that it names."""
        text = sent.text
        key = (sent.conversation, user, frame["clientMessageId"])
        committed = self._reference.ever_committed(frame["messageId"])
        assert committed is not None, "acknowledged and not committed"
        assert (committed["seq"], committed["content"]) == (frame["seq"], text), "the ack names another message"
        assert committed.get("replyTo") == sent.reply_to, "it answers another message"
        assert sent.reply_to is None or sent.reply_to < committed["seq"], "it answers a later message"
        stored = self._reference.is_stored(*key)
        if (
            stored is not None and stored["id"] == frame["messageId"]
        ):  # else a restore took it while the ack was under way
            assert self._acknowledged.setdefault(key, (frame["seq"], text)) == (frame["seq"], text)

    def resumed(self, user: str, token: str, stream: SocketStream, frame: Json) -> None:
        """`resumed` brings exactly what lies between the token and the place where this socket joined."""
        known = Positions.from_token(token)
        assert known.epoch == stream.life.epoch, "a token of another life was resumed"
        expected = _missed(stream.life.events(known.places, stream.joined_at, user))
        then = stream.life.view(user, stream.joined_at)
        got = {document["conversationId"]: document for document in frame["conversations"]}
        assert expected.keys() <= got.keys(), "resumed leaves a conversation out"
        for conversation, document in got.items():
            missed = expected.get(conversation, [])
            seqs = [event["data"]["message"]["seq"] for event in missed if event["type"] == "message.sent.v1"]
            told = [message["seq"] for message in document["messages"]]
            assert told == seqs[len(seqs) - len(told) :], "resumed messages are not the newest of those missed"
            assert document["limited"] == (len(told) < len(seqs)), "`limited` does not tell the truth"
            assert not seqs or document["lastSeq"] == seqs[-1]
            changed = {
                event["data"]["message"]["seq"] for event in missed if event["type"] == "message.changed.v1"
            }.difference(seqs)
            listed = document.get("changedMessages", [])
            assert changed <= {message["seq"] for message in listed} or document.get("changedLimited")
            for message in (*document["messages"], *listed):
                self._is_at_least(stream.life, conversation, message, then.messages[conversation][message["seq"]])
            if any(event["data"].keys() & {"conversation", "view"} for event in missed):
                assert document["changed"], "a change of the conversation was not told"
            if conversation not in then.people:
                continue
            before = stream.life.view(user, known.places)
            before.people |= then.people
            for mark, seq in then.marks(user, conversation).items():
                if seq != before.marks(user, conversation)[mark]:
                    assert mark in document, "a watermark that went up was not told"
                if mark in document and stream.life is self._reference.life:
                    now = self._reference.now.marks(user, conversation)[mark]
                    assert seq <= document[mark] <= now, "a watermark nobody reached"

    def nothing_missing(self, user: str, token: str, view: ClientState) -> None:
        """A client that holds a token has everything up to it, without holes, and nothing that is not committed."""
        positions = Positions.from_token(token)
        life = self._reference.life
        if positions.epoch != life.epoch:
            return  # of a life that ended; its sockets are about to be closed, and the client resyncs
        due, now = life.view(user, positions.places), self._reference.now
        for conversation, messages in due.messages.items():
            assert messages.keys() <= view.messages[conversation].keys(), f"{user} misses messages before its token"
            for seq, message in messages.items():
                self._is_at_least(life, conversation, view.messages[conversation][seq], message)
        for conversation, messages in view.messages.items():
            assert messages.keys() <= now.messages[conversation].keys(), f"{user} has what is not committed"
            assert sorted(messages) == list(range(1, len(messages) + 1)), f"{user} has a hole"
        for mark, seq in due.read.items():
            assert seq <= view.read[mark] <= now.read[mark], f"{user} has a watermark that is not the log's"
        assert due.facts.keys() <= view.facts.keys(), f"{user} does not know of a conversation"
        later = {
            conversation_of(event["data"])
            for event in life.events(positions.places, life.ends, user)
            if "view" in event["data"]
        }
        differing = {name for name in view.views | due.views if view.views.get(name, {}) != due.views.get(name, {})}
        assert differing <= later, f"{user} has a view of a conversation that is not the log's"

    def settled(self, user: str, view: ClientState) -> None:
        """When everything has healed, what a client knows is what is stored."""
        stored = self._reference.life.view(user, self._reference.life.ends).shown(user)
        mine = self._reference.listed(user)
        assert view.shown(user) == {one: stored[one] for one in mine}, f"{user} does not have what the list shows"

    def _is_at_least(self, life: Life, conversation: str, message: Json, known: Json) -> None:
        """A committed form of a message, not older than one that must be known."""
        assert message.get("version", 0) >= known.get("version", 0), "an older form of a message"
        if message != known:
            assert message in life.forms(conversation, message), "a message is not what was committed"

    def nothing_acknowledged_was_lost(self) -> None:
        for key, (seq, text) in self._acknowledged.items():
            stored = self._reference.is_stored(*key)
            assert stored is not None, f"lost: {key}"
            assert (stored["seq"], self._reference.sent_text(stored)) == (seq, text), f"changed: {key}"

    def database_restored(self) -> None:
        """What the backup lacks is lost, acknowledged or not: no promise covers it."""
        kept = {key: ack for key, ack in self._acknowledged.items() if self._reference.is_stored(*key)}
        self._acknowledged = kept


def _missed(events: Iterator[Json]) -> dict[str, list[Json]]:
    missed: dict[str, list[Json]] = defaultdict(list)
    for event in events:
        missed[conversation_of(event["data"])].append(event)
    return missed
