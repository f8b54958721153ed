"""A person with one socket whose messages are written down in a ledger."""

from collections.abc import Sequence

from benchmarks.load.ledger import Ledger
from benchmarks.load.sockets import ERROR, MESSAGE_SENT, NEW_MESSAGE, SocketClient

TEXT = "Is it still available? I could pick it up tomorrow after five."


class Talker(SocketClient):
    """Sends what it is told to, in its conversations by turns. Subclasses may answer."""

    def __init__(self, user_id: str, conversation_ids: Sequence[str], ledger: Ledger) -> None:
        super().__init__()
        self.user_id, self.ledger = user_id, ledger
        self._own = f'"senderId":"{user_id}"'.encode()
        self._heads = [
            f'{{"type":"send_message","conversationId":"{id_}","message":"{TEXT}","clientMessageId":"'.encode()
            for id_ in conversation_ids
        ]

    def say(self, number: int) -> None:
        """Send the planned message of this number."""
        head = self._heads[number % len(self._heads)]
        self.send(b'%s%s"}' % (head, self.ledger.note_sent(number)))

    def say_now(self) -> int:
        """Send a message that is due now; returns its number."""
        number = self.ledger.plan(self.ledger.clock())
        self.say(number)
        return number

    def heard(self, number: int) -> None:
        """Another person's message with this number arrived."""

    def on_body(self, body: bytes) -> None:
        if body.startswith(NEW_MESSAGE):
            if self._own not in body and (number := self.ledger.note_received(body)) is not None:
                self.heard(number)
        elif body.startswith(MESSAGE_SENT):
            self.ledger.note_acknowledged(body)
        elif body.startswith(ERROR):
            self.ledger.errors.append(body)

    def on_closed(self, code: int | None) -> None:
        self.ledger.errors.append(f"{self.user_id} was closed with {code}".encode())
