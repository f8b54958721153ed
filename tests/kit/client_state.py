"""What follows from events: the one rule for the reference, the model's devices and the law of sync."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from contracts.generated.limits import MAX_SEQ, SYSTEM_SENDER_ID
from contracts.generated.models import ConversationView

Json = dict[str, Any]

PREVIEW_CHARACTERS = 160

FRAMES: Mapping[str, Json] = {
    "message.sent.v1": {"type": "new_message"},
    "message.changed.v1": {"type": "message_changed"},
    "conversation.read.v1": {"type": "read"},
    "conversation.started.v1": {"type": "conversation_updated", "reason": "started"},
    "conversation.updated.v1": {"type": "conversation_updated", "reason": "changed"},
    "conversation.personal.v1": {"type": "view_changed"},
}
"""The frame of each event of the log, but for what comes from the event's data."""

VIEW = frozenset(field.alias or name for name, field in ConversationView.model_fields.items())
"""What a person can set for themselves in a conversation."""

LOG_FRAMES = {frame["type"] for frame in FRAMES.values()}

_RENAMED = {"readerId": "userId"}
_LEFT_OUT = {"itemId", "recipients", "change", "mutedBy"}


class People(NamedTuple):
    buyer: str
    seller: str


def frame_of(event: Json) -> Json:
    """The frame by which clients receive an event of the log, without its token."""
    data = {_RENAMED.get(name, name): value for name, value in event["data"].items() if name not in _LEFT_OUT}
    return {**FRAMES[event["type"]], **data}


def conversation_of(frame: Json) -> str:
    """The conversation that a frame of the log, or an event's data, is about."""
    name: str = frame.get("conversationId") or frame["conversation"]["id"]
    return name


@dataclass
class ClientState:
    """Messages by seq, read marks and facts, by conversation: of one person, or of everybody; the views of one."""

    people: dict[str, People] = field(default_factory=dict)
    messages: dict[str, dict[int, Json]] = field(default_factory=lambda: defaultdict(dict))
    read: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    facts: dict[str, Json] = field(default_factory=dict)
    views: dict[str, Json] = field(default_factory=dict)
    """What the person set for themselves, by conversation."""

    def apply(self, frame: Json) -> None:
        """A frame of the live stream."""
        match frame["type"]:
            case "new_message":
                self._add_message(frame["conversationId"], frame["message"])
            case "message_changed":
                self._change_message(frame["conversationId"], frame["message"])
            case "read":
                self._read_up_to(frame["conversationId"], frame["userId"], frame["lastReadSeq"])
            case "conversation_updated":
                self.learn(frame["conversation"])
            case "view_changed":
                self.take_view(frame["conversationId"], frame["view"])

    def take_in(self, user: str, changed: Json) -> None:
        """A ResumedConversation, after what it says to fetch was fetched."""
        for message in changed["messages"]:
            self._add_message(changed["conversationId"], message)
        for message in changed.get("changedMessages", ()):
            self._change_message(changed["conversationId"], message)
        self.take_marks(user, changed["conversationId"], changed)

    def take_marks(self, user: str, name: str, view: Json) -> None:
        """The marks in a person's view of a conversation; those that have not changed may be absent."""
        mine, theirs = self._sides(user, name)
        self._read_up_to(name, mine, view.get("lastReadSeq", 0))
        self._read_up_to(name, theirs, view.get("counterpartLastReadSeq", 0))

    def take_view(self, name: str, view: Json) -> None:
        """The person's own view of a conversation, which may say more; what is false there may be absent."""
        self.views[name] = {field: view[field] for field in VIEW if view.get(field)}

    def learn(self, facts: Json) -> None:
        """The people of a conversation, and its item."""
        self.people[facts["id"]] = People(facts["buyer"]["id"], facts["seller"]["id"])
        self.facts[facts["id"]] = facts

    def marks(self, user: str, name: str, *, up_to: int = MAX_SEQ) -> Json:
        """The marks in a person's view of a conversation, not beyond a seq."""
        mine, theirs = self._sides(user, name)
        return {
            "lastReadSeq": min(self.read[name, mine], up_to),
            "counterpartLastReadSeq": min(self.read[name, theirs], up_to),
        }

    def shown(self, user: str) -> dict[str, Json]:
        """Every conversation as REST shows it to a person, with its messages."""
        return {name: self._shown(user, name) for name in self.facts}

    def _shown(self, user: str, name: str) -> Json:
        facts, messages, marks = self.facts[name], self.messages[name], self.marks(user, name)
        role, other = ("buyer", "seller") if user == self.people[name].buyer else ("seller", "buyer")
        last = messages[max(messages)] if messages else None
        last_seq = last["seq"] if last else 0
        return {
            **{key: facts[key] for key in ("id", "item", "createdAt")},
            "role": role,
            "counterpart": facts[other],
            "lastMessage": last and _preview(last),
            "lastSeq": last_seq,
            **marks,
            "unreadCount": last_seq - marks["lastReadSeq"],
            **self.views.get(name, {}),
            "lastActivityAt": last["createdAt"] if last else facts["createdAt"],
            "messages": [messages[seq] for seq in sorted(messages)],
        }

    def _add_message(self, name: str, message: Json) -> None:
        self._change_message(name, message)
        if message["senderId"] != SYSTEM_SENDER_ID:
            self._read_up_to(name, message["senderId"], message["seq"])

    def _change_message(self, name: str, message: Json) -> None:
        """Whatever order its forms come in, the one with the highest version stays."""
        known = self.messages[name].get(message["seq"])
        if known is None or message.get("version", 0) > known.get("version", 0):
            self.messages[name][message["seq"]] = message

    def _read_up_to(self, name: str, reader: str, seq: int) -> None:
        self.read[name, reader] = max(seq, self.read[name, reader])

    def _sides(self, user: str, name: str) -> tuple[str, str]:
        buyer, seller = self.people[name]
        return user, seller if user == buyer else buyer


def _preview(message: Json) -> Json:
    shown = {key: message[key] for key in ("id", "seq", "senderId", "createdAt")}
    shown |= {key: message[key] for key in ("version", "kind", "card", "deleted") if key in message}
    return {**shown, "preview": message["content"][:PREVIEW_CHARACTERS]}
