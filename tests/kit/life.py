"""The log of the reference from one restore of the database to the next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.delivery.log.sync_token import WHOLE_BATCH, EventPosition
from tests.kit.client_state import ClientState, conversation_of, frame_of

Json = dict[str, Any]
Places = Mapping[int, EventPosition]

_KEPT = {"id", "seq", "senderId", "clientMessageId", "createdAt", "version"}


@dataclass
class Life:
    """The log from one restore of the database to the next."""

    epoch: str
    shards: list[list[list[Json]]]
    """Batches of events by shard; position 1 is the first."""
    floors: list[int]
    """Positions up to here cannot be read any more."""
    originals: dict[str, Json] = field(default_factory=dict)
    """By id, events as they were committed, from which the log has taken the text of a deleted message."""

    @property
    def beginning(self) -> Places:
        """Before everything."""
        return dict.fromkeys(range(len(self.shards)), EventPosition(0, 0))

    @property
    def ends(self) -> Places:
        """The end of each shard's log."""
        return {shard: EventPosition(len(batches), WHOLE_BATCH) for shard, batches in enumerate(self.shards)}

    def events(self, after: Places, up_to: Places, user: str | None = None) -> Iterator[Json]:
        """In log order per shard: after one set of places, up to and including another."""
        for shard, batches in enumerate(self.shards):
            for pos, batch in enumerate(batches, start=1):
                for event in batch:
                    concerns = user is None or user in event["data"]["recipients"]
                    if concerns and after[shard] < EventPosition(pos, event["idx"]) <= up_to[shard]:
                        yield event

    def committed(self, event: Json) -> Json:
        """An event of the log as it was committed."""
        return self.originals.get(event["id"], event)

    def forms(self, conversation: str, message: Json) -> list[Json]:
        """The message as it was committed with the same version, and as the log has it now."""
        return [
            form["data"]["message"]
            for event in self._about(conversation, message["seq"])
            for form in (event, self.committed(event))
            if form["data"]["message"].get("version", 0) == message.get("version", 0)
        ]

    def redact(self, conversation: str, seq: int) -> None:
        """Take a deleted message's text out of the log."""
        about = {event["id"]: event for event in self._about(conversation, seq)}
        self.originals = about | self.originals
        for batch in self.shards[self.shard_of(conversation)]:
            batch[:] = [_redacted(event) if event["id"] in about else event for event in batch]

    def _about(self, conversation: str, seq: int) -> list[Json]:
        return [
            event
            for batch in self.shards[self.shard_of(conversation)]
            for event in batch
            if event["data"].get("message", {}).get("seq") == seq and conversation_of(event["data"]) == conversation
        ]

    def shard_of(self, conversation: str) -> int:
        return UUID(conversation).int % len(self.shards)

    def view(self, user: str, up_to: Places) -> ClientState:
        """What a person knows who has received everything up to these places."""
        view = ClientState()
        for event in self.events(self.beginning, up_to, user):
            view.apply(frame_of(event))
        return view


def deleted(message: Json) -> Json:
    """What is left of a message."""
    kept = {name: value for name, value in message.items() if name in _KEPT}
    return {**kept, "content": "(deleted)", "deleted": True}


def _redacted(event: Json) -> Json:
    return {**event, "data": {**event["data"], "message": deleted(event["data"]["message"])}}
