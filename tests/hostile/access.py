"""Who is answered what: one table for all of HTTP, one for the upgrade, one for the frames.

Cells: `ok` stands for any success; the others for the refusals of REFUSALS. A row with `*` is about
every operation of openapi.yaml below its path, or every frame, that has no row of its own.
"""

from collections.abc import Iterable
from typing import NamedTuple

from contracts.kinds import CLIENT_FRAMES
from tests.contract.test_openapi import operations

CALLERS = ("nobody", "stranger", "buyer", "seller", "expired", "forged", "service")
"""`expired` and `forged` are the buyer with a token that is not good; `forged` is each kind of FORGED in turn."""

REFUSALS = {
    "401": "401 unauthenticated",
    "old": "401 token_expired",
    "own": "403 own_item",
    "mine": "403 not_your_message",
    "none": "404 conversation_not_found",
}

# `buyer` and `seller` are the two people of {conversationId}, which is about {itemId}; the stranger has nothing to do
# with it. What a row writes or deletes is made anew for it; {seq} is a message of the buyer's.
HTTP_ACCESS = """
conversations
                                                         nobody  stranger  buyer  seller  expired  forged  service
POST    /api/conversations                                  401        ok     ok     own      old     401      401
GET     /api/conversations                                  401        ok     ok      ok      old     401      401
*       /api/conversations/{conversationId}                 401      none     ok      ok      old     401      401
PATCH   /api/conversations/{conversationId}/messages/{seq}  401  none      ok    mine      old     401      401
DELETE  /api/conversations/{conversationId}/messages/{seq}  401  none      ok    mine      old     401      401
GET     /api/me                                             401        ok     ok      ok      old     401      401
GET     /api/items                                           ok        ok     ok      ok       ok      ok       ok
GET     /api/items/{itemId}                                  ok        ok     ok      ok       ok      ok       ok
GET     /api/openapi.json                                    ok        ok     ok      ok       ok      ok       ok
GET     /api/asyncapi.json                                   ok        ok     ok      ok       ok      ok       ok
GET     /api/dev/people                                      ok        ok     ok      ok       ok      ok       ok
POST    /api/dev/login                                       ok        ok     ok      ok       ok      ok       ok
*       /internal/                                          401       401    401     401      401     401       ok
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

# Frames about a conversation of the buyer and the seller: `ok` for an answer, or the code of the `error`; `-` for none.
# Who has no good token has no socket.
FRAME_ACCESS = """
                    stranger                buyer         seller
leave_conversation  ok                      ok            ok
typing              -                       -             -
resume              ok                      ok            ok
authenticate        user_mismatch           ok            user_mismatch
ping                ok                      ok            ok
edit_message        conversation_not_found  ok            not_your_message
delete_message      conversation_not_found  ok            not_your_message
*                   conversation_not_found  ok            ok
"""
"""`authenticate` with a fresh token of the buyer's; a message of the buyer's."""


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
    table = {frame: dict(zip(header, cells, strict=True)) for frame, *cells in rows}
    others = table.pop("*")
    return dict.fromkeys(CLIENT_FRAMES, others) | table


def _rows(table: str) -> Iterable[Access]:
    rows: dict[tuple[str, str, str], Access] = {}
    for part in table.strip().split("\n\n"):
        service, header, *lines = part.splitlines()
        assert header.split() == list(CALLERS)
        for line in lines:
            method, path, *words = line.split()
            cells = dict(zip(CALLERS, words, strict=True))
            if method != "*":
                rows[service, method, path] = Access(service, method, path, cells)
                continue
            for operation in operations():
                if operation.path.startswith(path):
                    row = Access(service, operation.method.upper(), operation.path, cells)
                    rows.setdefault((row.service, row.method, row.path), row)
    return rows.values()
