"""The two people of each conversation, and whether both accounts exist: kept until the log reports a change."""

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
    """The least recently used is forgotten first."""

    def __init__(self, *, max_kept: int = MAX_KEPT) -> None:
        self._people: LRUCache[str, People] = LRUCache(max_kept)
        self._changes = 0

    def get(self, conversation_id: str) -> People | None:
        return self._people.get(conversation_id)

    def asking(self) -> int:
        """Say this before the question whose answer is learnt."""
        return self._changes

    def learn(self, participants: Participants, *, asked: int) -> People:
        """Keep an answer, unless the log reported a change since it was `asked`: the answer may be older than that."""
        people = People(participants.buyer_id, participants.seller_id, participants.can_write is not False)
        if asked == self._changes:
            self._people[str(participants.conversation_id)] = people
        return people

    def forget(self, conversation_id: str) -> None:
        """An account may have been deleted, or restored."""
        self._changes += 1
        self._people.pop(conversation_id, None)

    def forget_all(self) -> None:
        """Our place in the log was lost: changes in the part that was skipped are never reported."""
        self._changes += 1
        self._people.clear()
