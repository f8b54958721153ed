"""The two people of each conversation, and whether both accounts exist: kept until the log reports a change."""

from collections import OrderedDict
from typing import NamedTuple

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
        self._max_kept = max_kept
        self._people: OrderedDict[str, People] = OrderedDict()

    def get(self, conversation_id: str) -> People | None:
        people = self._people.get(conversation_id)
        if people is not None:
            self._people.move_to_end(conversation_id)
        return people

    def learn(self, participants: Participants) -> People:
        conversation_id = str(participants.conversation_id)
        people = self._people[conversation_id] = People(
            participants.buyer_id, participants.seller_id, participants.can_write is not False
        )
        self._people.move_to_end(conversation_id)
        if len(self._people) > self._max_kept:
            self._people.popitem(last=False)
        return people

    def forget(self, conversation_id: str) -> None:
        """An account may have been deleted, or restored."""
        self._people.pop(conversation_id, None)

    def forget_all(self) -> None:
        """Our place in the log was lost: changes in the part that was skipped are never reported."""
        self._people.clear()
