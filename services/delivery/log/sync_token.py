"""Positions in the log, and the sync token that holds a client's own.

A token is `<epoch>.<shard>-<pos>-<idx>[.<shard>-<pos>-<idx>…]`: its holder has received everything up to and
including event `idx` of batch `pos` of each shard. A pushed frame whose token would be long carries a partial one,
`~<epoch>.<shard>-<pos>-<idx>`: the position of its own shard.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Self

from contracts.generated.limits import MAX_EVENT_IDX

WHOLE_BATCH = MAX_EVENT_IDX  # the highest idx: the whole batch was received, however many events it has
PARTIAL = "~"
MAX_PUSHED_TOKEN_BYTES = 40  # every frame of every recipient carries it
EPOCH_IN_PARTIAL = 12  # characters, as every generated epoch has; of a longer one only its beginning
_IDX_DIGITS = len(str(WHOLE_BATCH))

_TOKEN = re.compile(r"(?P<epoch>[A-Za-z0-9_]{1,32})(?P<places>(?:\.[0-9]{1,4}-[0-9]{1,16}-[0-9]{1,4})+)")


class MalformedToken(ValueError):
    """Not a token of ours."""


class EventPosition(NamedTuple):
    """A position in one shard's log; positions of a shard compare in log order."""

    pos: int
    idx: int


@dataclass(frozen=True, slots=True)
class Positions:
    """A position in every shard of the log in one epoch."""

    epoch: str
    places: dict[int, EventPosition]

    @classmethod
    def from_token(cls, token: str) -> Self:
        """Raises MalformedToken."""
        match = _TOKEN.fullmatch(token)
        if match is None:
            raise MalformedToken("not a sync token")
        places: dict[int, EventPosition] = {}
        for part in match["places"][1:].split("."):
            shard, pos, idx = (int(number) for number in part.split("-"))
            if shard in places or idx > WHOLE_BATCH:
                raise MalformedToken("not a sync token")
            places[shard] = EventPosition(pos, idx)
        return cls(match["epoch"], places)

    def token(self) -> str:
        places = (f"{shard}-{place.pos}-{place.idx}" for shard, place in sorted(self.places.items()))
        return ".".join((self.epoch, *places))


def pushed_token(epoch: str, heads: Mapping[int, int], shard: int, pos: int) -> tuple[bytes, bytes]:
    """The token of a batch's frames, before and after the event's idx: at most MAX_PUSHED_TOKEN_BYTES with it.

    `heads` has the last applied position of each shard. The token is partial if the whole one may be too long.
    """
    before: list[str] = [epoch]
    after: list[str] = []
    for other, head in sorted(heads.items()):
        if other != shard:
            (before if other < shard else after).append(f"{other}-{head}-{WHOLE_BATCH}")
    whole = ".".join((*before, f"{shard}-{pos}-")), "".join(f".{part}" for part in after)
    if len(whole[0]) + _IDX_DIGITS + len(whole[1]) <= MAX_PUSHED_TOKEN_BYTES:
        return whole[0].encode(), whole[1].encode()
    return f"{PARTIAL}{epoch[:EPOCH_IN_PARTIAL]}.{shard}-{pos}-".encode(), b""
