"""A person who also edits some of the messages."""

from collections.abc import Sequence

import orjson

from benchmarks.load.ledger import Ledger
from benchmarks.load.sockets import MESSAGE_SENT
from benchmarks.load.talker import TEXT, Talker

MESSAGES_PER_EDIT = 20


class Editor(Talker):
    """Changes every twentieth message as soon as it is acknowledged."""

    def __init__(self, user_id: str, conversation_ids: Sequence[str], ledger: Ledger) -> None:
        super().__init__(user_id, conversation_ids, ledger)
        self._acknowledged = 0

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        if body.startswith(MESSAGE_SENT):
            self._acknowledged += 1
            if self._acknowledged % MESSAGES_PER_EDIT == 0:
                self._edit(body)

    def _edit(self, acknowledgement: bytes) -> None:
        sent = orjson.loads(acknowledgement)
        where = {"conversationId": sent["conversationId"], "seq": sent["seq"], "expectedVersion": 0}
        self.send(orjson.dumps({"type": "edit_message", **where, "message": f"{TEXT} Or on Friday."}))
