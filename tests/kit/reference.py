"""What `conversations` commits, in plain Python: the truth of the model, and of the fake service.

Every change is an event at a place of the log, and all state follows from the events by the rule of client_state.py.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, Literal
from uuid import UUID

from contracts.generated.limits import SYSTEM_SENDER_ID
from tests.kit.client_state import ClientState, People, frame_of
from tests.kit.life import Json, Life, deleted

WHEN = "2026-01-02T03:04:05.000006Z"


class Refused(Exception):
    """A rule forbids the command."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Reference:
    """Executes commands one after the other; one batch of the log per shard and call."""

    def __init__(self, *, shards: int, epoch: str = "e1", clock: Callable[[], str] = lambda: WHEN) -> None:
        self._numbers = itertools.count(1)
        self._clock = clock
        self.life = Life(epoch, [[] for _ in range(shards)], [0] * shards)
        self.lives = {self.life.epoch: self.life}
        self.now = ClientState()
        self._sent: dict[str, Json] = {}
        """Changed messages as they were sent, by id."""
        self._last_seqs: dict[str, int] = {}
        """Of each conversation, before the batch that is being executed."""
        self.views: dict[tuple[str, str], Json] = {}
        """What each person set for themselves, by conversation and person."""
        self._text_versions: dict[str, int] = {}
        """The version of the last edit, by id."""
        self.people_ever: dict[str, People] = {}
        """Also of conversations that a restored backup lacks."""

    def execute(self, commands: list[Json]) -> list[Json]:
        """CommandResults for Commands, as the internal API defines both."""
        events: dict[int, list[Json]] = defaultdict(list)
        self._last_seqs = {conversation: len(messages) for conversation, messages in self.now.messages.items()}
        results = [self._execute(command, events) for command in commands]
        for shard, batch in events.items():
            if batch:
                self.life.shards[shard].append(batch)
        return results

    def open(self, buyer: str, seller: str, *, shard: int | None = None, id_: UUID | None = None) -> str:
        """A conversation that exists already: nobody is notified."""
        shards = len(self.life.shards)
        number = next(number for number in self._numbers if shard in (None, number % shards))
        conversation = str(id_ or UUID(int=number))
        self.now.people[conversation] = self.people_ever[conversation] = People(buyer, seller)
        return conversation

    def start(self, buyer: str, seller: str, *, id_: UUID | None = None) -> str:
        conversation = self.open(buyer, seller, id_=id_)
        self.announce("conversation.started.v1", conversation, "as new")
        return conversation

    def rename(self, conversation: str) -> None:
        """The marketplace gives the item another title."""
        self.announce("conversation.updated.v1", conversation, f"title {next(self._numbers)}")

    def post(self, conversation: str) -> None:
        """The marketplace posts a system message."""
        batch: list[Json] = []
        key = f"posted-{next(self._numbers)}"
        card = {"text": {"de": f"Hinweis {key}", "en": f"Notice {key}"}}
        self._store(
            batch,
            conversation,
            content=card["text"]["en"],
            senderId=SYSTEM_SENDER_ID,
            clientMessageId=key,
            kind="notice",
            card=card,
        )
        self.life.shards[self.life.shard_of(conversation)].append(batch)

    def truncate(self, shard: int) -> None:
        """Old partitions of the log are dropped."""
        self.life.floors[shard] = len(self.life.shards[shard])

    def restore(self, lose: int) -> None:
        """A backup is put back that lacks the last positions of every shard, not the first: a new life begins.

        It holds what was deleted later.
        """
        kept = [
            [list(map(self.life.committed, batch)) for batch in batches[: max(floor, len(batches) - lose, 1)]]
            for batches, floor in self.shards_and_floors()
        ]
        self.life = Life(f"e{len(self.lives) + 1}{self.life.epoch[2:]}", kept, list(self.life.floors))
        self.lives[self.life.epoch] = self.life
        self.now = ClientState()
        self._text_versions.clear()
        self.views.clear()
        for batches in kept:
            for batch in batches:
                for event in batch:
                    self._apply(event)
        for conversation, messages in self.now.messages.items():
            for message in messages.values():
                if "deleted" in message:
                    self.life.redact(conversation, message["seq"])

    def listed(self, user: str) -> set[str]:
        """The conversations in a person's list: in a seller's are none in which nothing was written."""
        return {
            conversation
            for conversation, people in self.now.people.items()
            if user == people.buyer or (user == people.seller and self.now.messages[conversation])
        }

    def is_stored(self, conversation: str, sender: str, key: str) -> Json | None:
        """The message with this key."""
        for message in self.now.messages[conversation].values():
            if (message["senderId"], message["clientMessageId"]) == (sender, key):
                return message
        return None

    def sent_text(self, message: Json) -> str:
        """The text that a message was sent with."""
        return str(self._sent.get(message["id"], message)["content"])

    def ever_committed(self, message_id: str) -> Json | None:
        """A message of any life."""
        for life in self.lives.values():
            for event in life.events(life.beginning, life.ends):
                if event["type"] == "message.sent.v1" and event["data"]["message"]["id"] == message_id:
                    message: Json = life.committed(event)["data"]["message"]
                    return message
        return None

    # ------------------------------------------------------------ commands

    def _execute(self, command: Json, events: dict[int, list[Json]]) -> Json:
        conversation, user = command["conversationId"], command["userId"]
        if user not in self.now.people.get(conversation, ()):
            return {"status": "rejected", "code": "conversation_not_found"}
        batch = events[self.life.shard_of(conversation)]
        try:
            result: Json = getattr(self, f"_{command['kind']}")(command, batch)
        except Refused as refused:
            return {"status": "rejected", "code": refused.code}
        return result

    def _message(self, command: Json) -> Json:
        message = self.now.messages[command["conversationId"]].get(command["seq"])
        if message is None:
            raise Refused("message_not_found")
        return message

    def _own_message(self, command: Json) -> Json:
        message = self._message(command)
        if message["senderId"] != command["userId"]:
            raise Refused("not_your_message")
        return message

    def _send_message(self, command: Json, batch: list[Json]) -> Json:
        conversation, user, key = command["conversationId"], command["userId"], command["clientMessageId"]
        message = self.is_stored(conversation, user, key)
        duplicate = message is not None
        last_seq, reply_to = self._last_seqs.get(conversation, 0), command.get("replyTo")
        if (message is None or message["seq"] > last_seq) and reply_to is not None and reply_to > last_seq:
            raise Refused("reply_to_not_found")
        if message is None:
            message = self._store(
                batch,
                conversation,
                id=command.get("messageId"),
                content=command["content"],
                senderId=user,
                clientMessageId=key,
                **({} if reply_to is None else {"replyTo": reply_to}),
            )
        elif not _is_repeat(command, self._sent.get(message["id"], message)):
            raise Refused("client_message_id_conflict")
        stored = {"messageId": message["id"], "seq": message["seq"], "createdAt": message["createdAt"]}
        return {"status": "stored", **stored, "duplicate": duplicate}

    def _store(self, batch: list[Json], conversation: str, **message: Any) -> Json:
        """The next message; the first one tells the seller of the conversation."""
        message |= {
            "id": message.get("id") or str(UUID(int=next(self._numbers))),
            "seq": len(self.now.messages[conversation]) + 1,
            "createdAt": self._clock(),
        }
        if message["seq"] == 1 and conversation in self.now.facts:
            facts = self.now.facts[conversation]
            self._happen(batch, "conversation.started.v1", conversation, {"conversation": facts}, "seller")
        muted_by = [person for person in self.now.people[conversation] if self.view(conversation, person)["muted"]]
        muted = {"mutedBy": muted_by} if muted_by else {}
        self._happen(batch, "message.sent.v1", conversation, {"itemId": "item", "message": message, **muted})
        return message

    def _edit_message(self, command: Json, batch: list[Json]) -> Json:
        conversation = command["conversationId"]
        message = self._own_message(command)
        if "deleted" in message:
            raise Refused("message_deleted")
        if message["content"] == command["content"]:
            return {"status": "changed", "message": message, "duplicate": True}
        text_version = self._text_versions.get(message["id"], 0)
        if not text_version <= command["expectedVersion"] <= message.get("version", 0):
            raise Refused("version_conflict")
        self._sent.setdefault(message["id"], message)
        edited = {**message, "content": command["content"], "editedAt": self._clock()}
        return self._changed(batch, conversation, edited, "edited")

    def _react(self, command: Json, batch: list[Json]) -> Json:
        conversation, user, emoji = command["conversationId"], command["userId"], command["emoji"]
        message = self._message(command)
        if "deleted" in message:
            raise Refused("message_deleted")
        before = {reaction["userId"]: reaction["emoji"] for reaction in message.get("reactions", ())}
        after = {one: theirs for one, theirs in {**before, user: emoji}.items() if theirs is not None}
        if after == before:
            return {"status": "changed", "message": message, "duplicate": True}
        reacted = {name: value for name, value in message.items() if name != "reactions"}
        if after:
            reacted["reactions"] = [{"userId": one, "emoji": theirs} for one, theirs in after.items()]
        return self._changed(batch, conversation, reacted, "reacted")

    def _changed(self, batch: list[Json], conversation: str, message: Json, change: str) -> Json:
        message["version"] = message.get("version", 0) + 1
        self._happen(
            batch, "message.changed.v1", conversation, {"itemId": "item", "message": message, "change": change}
        )
        return {"status": "changed", "message": message, "duplicate": False}

    def _delete_message(self, command: Json, batch: list[Json]) -> Json:
        conversation, message = command["conversationId"], self._own_message(command)
        if "deleted" not in message:
            self._sent.setdefault(message["id"], message)
            self.life.redact(conversation, message["seq"])
            return self._changed(batch, conversation, deleted(message), "deleted")
        return {"status": "changed", "message": message, "duplicate": True}

    def _mark_read(self, command: Json, batch: list[Json]) -> Json:
        conversation, user = command["conversationId"], command["userId"]
        last_seq, before = len(self.now.messages[conversation]), self.now.read[conversation, user]
        after = max(before, min(command.get("seq", last_seq), last_seq))
        if after > before:
            self._happen(batch, "conversation.read.v1", conversation, {"readerId": user, "lastReadSeq": after})
        return {"status": "read", "lastReadSeq": after, "lastSeq": last_seq, "advanced": after > before}

    def _mute_conversation(self, command: Json, batch: list[Json]) -> Json:
        return self._set(batch, command["conversationId"], command["userId"], muted=command["muted"])

    def view(self, conversation: str, user: str) -> Json:
        return self.views.get((conversation, user), {"muted": False})

    def _set(self, batch: list[Json], conversation: str, user: str, **fields: object) -> Json:
        """Changes what a person set for themselves."""
        if conversation not in self.listed(user):
            raise Refused("conversation_not_found")
        before = self.view(conversation, user)
        view = before | fields
        duplicate = view == before
        if not duplicate:
            self._happen(
                batch, "conversation.personal.v1", conversation, {"view": view}, self._role(conversation, user)
            )
        return {"status": "view_changed", "view": view, "duplicate": duplicate}

    def _role(self, conversation: str, user: str) -> Literal["buyer", "seller"]:
        return "buyer" if user == self.now.people[conversation].buyer else "seller"

    def announce(self, kind: str, conversation: str, title: str) -> None:
        """To the buyer alone while nothing is written."""
        batch: list[Json] = []
        whom: Literal["buyer", "seller"] | None = None if self.now.messages[conversation] else "buyer"
        self._happen(batch, kind, conversation, {"conversation": self._facts(conversation, title)}, whom)
        self.life.shards[self.life.shard_of(conversation)].append(batch)

    def _facts(self, conversation: str, title: str) -> Json:
        people = self.now.people[conversation]
        item = {"id": "item", "sellerId": people.seller, "title": title, "price": None, "imageUrl": None}
        return {
            "id": conversation,
            "buyer": {"id": people.buyer, "name": people.buyer, "avatarUrl": None},
            "seller": {"id": people.seller, "name": people.seller, "avatarUrl": None},
            "item": {**item, "status": "available"},
            "createdAt": self._clock(),
        }

    def _happen(
        self,
        batch: list[Json],
        kind: str,
        conversation: str,
        data: Json,
        only: Literal["buyer", "seller"] | None = None,
    ) -> None:
        """The next event of a batch that is about to be committed, for both people or one."""
        people = self.now.people[conversation]
        shard = self.life.shard_of(conversation)
        pos, idx = len(self.life.shards[shard]) + 1, len(batch)
        named = data if "conversation" in data else {"conversationId": conversation, **data}
        event = {
            "specversion": "1.0",
            "id": f"{shard}-{pos}-{idx}",
            "source": f"/conversations/{self.life.epoch}",
            "type": kind,
            "time": self._clock(),
            "shard": shard,
            "pos": pos,
            "idx": idx,
            "data": {**named, "recipients": list(people) if only is None else [getattr(people, only)]},
        }
        self._apply(event)
        batch.append(event)

    def _apply(self, event: Json) -> None:
        if event["type"] == "conversation.personal.v1":
            (person,) = event["data"]["recipients"]
            self.views[event["data"]["conversationId"], person] = event["data"]["view"]
            return
        self.now.apply(frame_of(event))
        if event["data"].get("change") == "edited":
            message = event["data"]["message"]
            self._text_versions[message["id"]] = message["version"]

    def shards_and_floors(self) -> Iterator[tuple[list[list[Json]], int]]:
        """The batches of each shard, and up to where they cannot be read any more."""
        return zip(self.life.shards, self.life.floors, strict=True)


def _is_repeat(command: Json, sent: Json) -> bool:
    return (command["content"], command.get("replyTo")) == (sent["content"], sent.get("replyTo"))
