"""Events of the log as they travel, made from the contracts' own examples."""

from typing import Any

from contracts.keywords import VALID_EXAMPLES
from contracts.schemas import ROOT, load

MESSAGE_SENT = "message.sent.v1"
CONVERSATION_READ = "conversation.read.v1"
CONVERSATION_STARTED = "conversation.started.v1"
CONVERSATION_UPDATED = "conversation.updated.v1"

Event = dict[str, Any]


def examples_of(kind: str) -> list[Event]:
    """The valid examples of an event; a copy."""
    (path,) = (ROOT / "events").rglob(f"{kind}.json")
    valid: list[Event] = load(path)[VALID_EXAMPLES]
    return valid


def log_event(kind: str = MESSAGE_SENT, *, shard: int = 0, pos: int = 1, idx: int = 0) -> Event:
    """A valid event at a place in the log."""
    example = examples_of(kind)[0]
    return {**example, "id": f"{shard}-{pos}-{idx}", "shard": shard, "pos": pos, "idx": idx}


def log_batch(*, shard: int = 0, pos: int = 1, events: int = 1) -> list[Event]:
    """The messages of one transaction."""
    return [log_event(shard=shard, pos=pos, idx=idx) for idx in range(events)]


def log_head(*, epoch: str, shard: int = 0, pos: int) -> Event:
    """A beacon."""
    example = examples_of("log.head.v1")[0]
    return {**example, "data": {"epoch": epoch, "shard": shard, "pos": pos}}
