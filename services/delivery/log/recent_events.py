"""Recent events by user, so that resuming after a short absence needs no database. Does no I/O."""

from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

from services.delivery.log.events import LoggedEvent
from services.delivery.log.sync_token import EventPosition, Positions

_ENTRY_BYTES = 600  # overhead of an entry besides its JSON: objects, and its slots in two indexes


class _Entry(NamedTuple):
    at: float
    shard: int
    place: EventPosition
    event: LoggedEvent


class Recent:
    """Keeps events for `seconds`, at most `max_bytes` of them."""

    def __init__(self, *, seconds: float, max_bytes: int) -> None:
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._bytes = 0
        self._entries: deque[_Entry] = deque()
        self._users: dict[str, list[_Entry]] = {}
        self._floors: dict[int, EventPosition] = {}

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def keeps_nothing(self) -> bool:
        """The limits allow no events at all."""
        return not (self._seconds and self._max_bytes)

    def restart(self, positions: Positions) -> None:
        """Forget everything, and keep all events from here on."""
        self._entries.clear()
        self._users.clear()
        self._bytes = 0
        self._floors = dict(positions.places)

    def add(self, shard: int, pos: int, event: LoggedEvent, now: float) -> None:
        """Add an event; those of a shard must come in log order."""
        entry = _Entry(now, shard, EventPosition(pos, event.idx), event)
        self._entries.append(entry)
        self._bytes += _ENTRY_BYTES + event.size
        users = self._users
        for user in event.recipients:
            theirs = users.get(user)
            if theirs is None:
                users[user] = [entry]
            else:
                theirs.append(entry)
        self._trim(now)

    def reaches_back_to(self, after: Mapping[int, EventPosition]) -> bool:
        """Whether every event after these positions is still kept."""
        return all(shard in after and after[shard] >= floor for shard, floor in self._floors.items())

    def between(
        self, user_id: str, after: Mapping[int, EventPosition], up_to: Mapping[int, EventPosition]
    ) -> list[LoggedEvent]:
        """The user's events after one set of positions, up to and including another, in log order per shard."""
        return [
            entry.event
            for entry in self._users.get(user_id, ())
            if after[entry.shard] < entry.place <= up_to[entry.shard]
        ]

    def _trim(self, now: float) -> None:
        entries = self._entries
        while entries and (entries[0].at < now - self._seconds or self._bytes > self._max_bytes):
            self._forget(entries.popleft())

    def _forget(self, entry: _Entry) -> None:
        self._floors[entry.shard] = entry.place
        self._bytes -= _ENTRY_BYTES + entry.event.size
        for user in entry.event.recipients:
            theirs = self._users[user]
            del theirs[0]  # a user's entries are in the order of all entries, so the oldest is the first
            if not theirs:
                del self._users[user]
