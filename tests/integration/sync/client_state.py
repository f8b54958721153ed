"""What a client knows: fetched by REST once, then kept by applying frames, as docs/delivery-contract.md says."""

from dataclasses import dataclass, field
from typing import Any

from tests.kit.conversations import Conversations

Json = dict[str, Any]

PREVIEW_CHARACTERS = 160
HISTORY_PAGE = 200  # messages


@dataclass
class ClientState:
    """The conversations of one person, as the list shows them, and their messages."""

    user: str
    conversations: dict[str, Json] = field(default_factory=dict)
    messages: dict[str, list[Json]] = field(default_factory=dict)

    def apply(self, frame: Json) -> None:
        """A frame of the live stream."""
        match frame["type"]:
            case "new_message":
                self._add_message(frame["conversationId"], frame["message"])
            case "read":
                self._read_up_to(frame["conversationId"], frame["userId"], frame["lastReadSeq"])
            case "conversation_updated":
                self._learn(frame["conversation"])

    async def take_in(self, resumed: Json, service: Conversations) -> None:
        """A `resumed` frame; what it tells to fetch is fetched, and nothing else."""
        for changed in resumed["conversations"]:
            name = changed["conversationId"]
            if changed["changed"]:
                self._replace_facts(await _fetch(service, self.user, f"/api/conversations/{name}"))
            if changed["limited"]:
                self.messages[name] = await _history(service, self.user, name)
            for message in changed["messages"]:
                self._add_message(name, message)
            other = self.conversations[name]["counterpart"]["id"]
            self._read_up_to(name, self.user, changed.get("lastReadSeq", 0))
            self._read_up_to(name, other, changed.get("counterpartLastReadSeq", 0))

    def _add_message(self, name: str, message: Json) -> None:
        conversation, messages = self.conversations[name], self.messages[name]
        if message["seq"] > len(messages):
            messages.append(message)
        assert messages[message["seq"] - 1] == message, "a hole, or another message under a known seq"
        if message["seq"] >= conversation["lastSeq"]:
            shown = {key: message[key] for key in ("id", "seq", "senderId", "createdAt")}
            conversation["lastMessage"] = {**shown, "preview": message["content"][:PREVIEW_CHARACTERS]}
            conversation["lastSeq"] = message["seq"]
            conversation["lastActivityAt"] = message["createdAt"]
        self._read_up_to(name, message["senderId"], message["seq"])

    def _read_up_to(self, name: str, reader: str, seq: int) -> None:
        conversation = self.conversations[name]
        mark = "lastReadSeq" if reader == self.user else "counterpartLastReadSeq"
        conversation[mark] = max(conversation[mark], seq)
        conversation["unreadCount"] = conversation["lastSeq"] - conversation["lastReadSeq"]

    def _learn(self, facts: Json) -> None:
        role, other = ("buyer", "seller") if facts["buyer"]["id"] == self.user else ("seller", "buyer")
        seen = {key: facts[key] for key in ("id", "item", "createdAt")}
        self._replace_facts({**seen, "role": role, "counterpart": facts[other]})

    def _replace_facts(self, view: Json) -> None:
        known = self.conversations.setdefault(view["id"], _empty(view))
        known.update(item=view["item"], counterpart=view["counterpart"])
        self.messages.setdefault(view["id"], [])


async def fetched(service: Conversations, user: str) -> ClientState:
    """Everything, by REST."""
    page = await _fetch(service, user, "/api/conversations?limit=50")
    assert page["nextCursor"] is None
    state = ClientState(user, {conversation["id"]: conversation for conversation in page["conversations"]})
    unread = {one["id"]: one["unreadCount"] for one in page["conversations"] if one["unreadCount"] > 0}
    assert {one["conversationId"]: one["lastSeq"] - one["lastReadSeq"] for one in page["unread"]} == unread
    assert page["unreadTotal"] == sum(unread.values())
    for name in state.conversations:
        state.messages[name] = await _history(service, user, name)
    return state


def _empty(view: Json) -> Json:
    """A conversation in which nothing was said yet."""
    about = {key: view[key] for key in ("id", "role", "createdAt")}
    marks = {"lastSeq": 0, "lastReadSeq": 0, "counterpartLastReadSeq": 0, "unreadCount": 0}
    return {**about, **marks, "lastMessage": None, "lastActivityAt": view["createdAt"]}


async def _history(service: Conversations, user: str, name: str) -> list[Json]:
    page = await _fetch(service, user, f"/api/conversations/{name}/messages?limit={HISTORY_PAGE}")
    assert not page["hasMore"]
    messages: list[Json] = page["messages"]
    return messages


async def _fetch(service: Conversations, user: str, path: str) -> Json:
    answer = await service.request("GET", path, user=user)
    assert answer.status == 200, answer
    body: Json = answer.body
    return body
