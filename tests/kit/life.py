"""The log of the reference from one restore of the database to the next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.delivery.log.sync_token import WHOLE_BATCH, EventPosition
from tests.kit.client_state import ClientState, conversation_of, frame_of

Json = dict[str, Any]
Places = Mapping[int, EventPosition]


@dataclass
class Life:
    """The log from one restore of the database to the next."""

    epoch: str
    shards: list[list[list[Json]]]
    """Batches of events by shard; position 1 is the first."""
    floors: list[int]
    """Positions up to here cannot be read any more."""

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

    def form(self, conversation: str, message: Json) -> Json | None:
        """The message as it was committed with the same version."""
        for batch in self.shards[self.shard_of(conversation)]:
            for event in batch:
                committed: Json = event["data"].get("message", {})
                if conversation_of(event["data"]) == conversation and _version(committed) == _version(message):
                    return committed
        return None

    def shard_of(self, conversation: str) -> int:
        return UUID(conversation).int % len(self.shards)

    def view(self, user: str, up_to: Places) -> ClientState:
        """What a person knows who has received everything up to these places."""
        view = ClientState()
        for event in self.events(self.beginning, up_to, user):
            view.apply(frame_of(event))
        return view


def _version(message: Json) -> tuple[int | None, int]:
    return message.get("seq"), message.get("version", 0)
