"""A cache of each conversation's two participants and whether both accounts exist; the log invalidates it."""

from typing import NamedTuple

from cachetools import LRUCache

from contracts.generated.models import Participants

MAX_KEPT = 50_000  # conversations; about 15 MB


class People(NamedTuple):
    buyer_id: str
    seller_id: str
    can_write: bool = True
    """False once one of the two accounts is deleted."""

    def includes(self, user_id: str) -> bool:
        return user_id in (self.buyer_id, self.seller_id)

    def counterpart_of(self, user_id: str) -> str:
        return self.seller_id if user_id == self.buyer_id else self.buyer_id


class Memberships:
    """An LRU cache."""

    def __init__(self, *, max_kept: int = MAX_KEPT) -> None:
        self._people: LRUCache[str, People] = LRUCache(max_kept)
        self._changes = 0

    def get(self, conversation_id: str) -> People | None:
        return self._people.get(conversation_id)

    def asking(self) -> int:
        """Call this before the lookup whose answer is passed to `learn`."""
        return self._changes

    def learn(self, participants: Participants, *, asked: int) -> People:
        """Cache an answer, unless the log reported a change since `asked`: the answer may predate it."""
        people = People(participants.buyer_id, participants.seller_id, participants.can_write is not False)
        if asked == self._changes:
            self._people[str(participants.conversation_id)] = people
        return people

    def forget(self, conversation_id: str) -> None:
        """An account may have been deleted, or restored."""
        self._changes += 1
        self._people.pop(conversation_id, None)

    def forget_all(self) -> None:
        """Our position in the log was lost: changes in the skipped part are never reported."""
        self._changes += 1
        self._people.clear()
