"""Who is answered what: one table for all of HTTP, one for the upgrade, one for the frames.

Cells: `ok` stands for any success; `401`, `old`, `own` and `none` for the refusals of REFUSALS.
"""

from collections.abc import Iterator
from typing import NamedTuple

CALLERS = ("nobody", "stranger", "buyer", "seller", "expired", "forged", "service")
"""`expired` and `forged` are the buyer with a token that is not good; `forged` is each kind of FORGED in turn."""

REFUSALS = {
    "401": "401 unauthenticated",
    "old": "401 token_expired",
    "own": "403 own_item",
    "none": "404 conversation_not_found",
}

# `buyer` and `seller` are the two people of {conversationId}, which is about {itemId}; the stranger has nothing to do
# with it. What a row writes or deletes is made anew for it.
HTTP_ACCESS = """
conversations
                                                         nobody  stranger  buyer  seller  expired  forged  service
POST    /api/conversations                                  401        ok     ok     own      old     401      401
GET     /api/conversations                                  401        ok     ok      ok      old     401      401
GET     /api/conversations/{conversationId}                 401      none     ok      ok      old     401      401
GET     /api/conversations/{conversationId}/messages        401      none     ok      ok      old     401      401
POST    /api/conversations/{conversationId}/messages        401      none     ok      ok      old     401      401
PUT     /api/conversations/{conversationId}/read            401      none     ok      ok      old     401      401
POST    /api/conversations/{conversationId}/read            401      none     ok      ok      old     401      401
GET     /api/me                                             401        ok     ok      ok      old     401      401
GET     /api/items                                           ok        ok     ok      ok       ok      ok       ok
GET     /api/items/{itemId}                                  ok        ok     ok      ok       ok      ok       ok
GET     /api/openapi.json                                    ok        ok     ok      ok       ok      ok       ok
GET     /api/asyncapi.json                                   ok        ok     ok      ok       ok      ok       ok
GET     /api/dev/people                                      ok        ok     ok      ok       ok      ok       ok
POST    /api/dev/login                                       ok        ok     ok      ok       ok      ok       ok
POST    /internal/commands                                  401       401    401     401      401     401       ok
GET     /internal/log/heads                                 401       401    401     401      401     401       ok
POST    /internal/log/heads                                 401       401    401     401      401     401       ok
GET     /internal/log                                       401       401    401     401      401     401       ok
GET     /internal/log/cursors/{consumer}                    401       401    401     401      401     401       ok
PUT     /internal/log/cursors/{consumer}                    401       401    401     401      401     401       ok
POST    /internal/sync                                      401       401    401     401      401     401       ok
GET     /internal/conversations/{conversationId}/participants
                                                            401       401    401     401      401     401       ok
GET     /internal/users/{userId}                            401       401    401     401      401     401       ok
PUT     /internal/users/{userId}                            401       401    401     401      401     401       ok
DELETE  /internal/users/{userId}                            401       401    401     401      401     401       ok
GET     /internal/items/{itemId}                            401       401    401     401      401     401       ok
PUT     /internal/items/{itemId}                            401       401    401     401      401     401       ok
DELETE  /internal/items/{itemId}                            401       401    401     401      401     401       ok
GET     /healthz                                             ok        ok     ok      ok       ok      ok       ok
GET     /readyz                                              ok        ok     ok      ok       ok      ok       ok
GET     /metrics                                             ok        ok     ok      ok       ok      ok       ok

delivery
                                                         nobody  stranger  buyer  seller  expired  forged  service
GET     /ws                                                 401        ok     ok      ok      old     401      401
GET     /healthz                                             ok        ok     ok      ok       ok      ok       ok
GET     /readyz                                              ok        ok     ok      ok       ok      ok       ok
GET     /metrics                                             ok        ok     ok      ok       ok      ok       ok

notifications
                                                         nobody  stranger  buyer  seller  expired  forged  service
GET     /healthz                                             ok        ok     ok      ok       ok      ok       ok
GET     /readyz                                              ok        ok     ok      ok       ok      ok       ok
GET     /metrics                                             ok        ok     ok      ok       ok      ok       ok
"""

# Frames about a conversation of the buyer and the seller: the type of the answer, or the code of the `error`; `-`
# for none. Who has no good token has no socket.
FRAME_ACCESS = """
                    stranger                buyer         seller
join_conversation   conversation_not_found  joined        joined
leave_conversation  left                    left          left
send_message        conversation_not_found  message_sent  message_sent
typing              -                       -             -
mark_read           conversation_not_found  read          read
resume              resumed                 resumed       resumed
authenticate        user_mismatch           authenticated user_mismatch
ping                pong                    pong          pong
"""
"""`authenticate` with a fresh token of the buyer's."""


class Access(NamedTuple):
    """One row of HTTP_ACCESS."""

    service: str
    method: str
    path: str
    cells: dict[str, str]

    @property
    def name(self) -> str:
        return f"{self.service} {self.method} {self.path}"


def http_access() -> list[Access]:
    return list(_rows(HTTP_ACCESS))


def frame_access() -> dict[str, dict[str, str]]:
    """Frame → caller → answer."""
    header, *rows = [line.split() for line in FRAME_ACCESS.strip().splitlines()]
    return {frame: dict(zip(header, cells, strict=True)) for frame, *cells in rows}


def _rows(table: str) -> Iterator[Access]:
    for part in table.strip().split("\n\n"):
        service, header, *lines = part.splitlines()
        assert header.split() == list(CALLERS)
        words = iter(" ".join(lines).split())
        for method in words:
            path = next(words)
            yield Access(service, method, path, {caller: next(words) for caller in CALLERS})
