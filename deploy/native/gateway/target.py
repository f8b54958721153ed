"""Normalizes the request's target (RFC 9112, 3.2) for forwarding."""

import re
from urllib.parse import quote

from aiohttp import web

from chassis.problems import BadRequest

_ASCII = "".join(map(chr, range(0x21, 0x7F)))
# Dot segments, empty segments, and the encoded forms of dot, slash, backslash and NUL: two servers might parse such a
# path differently, which could expose a private path.
_AMBIGUOUS = re.compile(r"/\.{1,2}(/|$)|//|\\|%(2e|2f|5c|00)", re.IGNORECASE)


def target_of(request: web.Request) -> str:
    """Path and query, in ASCII. Raises BadRequest for an ambiguous or invalid path."""
    target = request.raw_path
    path = target.partition("?")[0]
    if is_ambiguous(path):
        raise BadRequest("This path may mean different things to different servers.", code="ambiguous_path")
    return quote(target.encode("utf-8", "surrogateescape"), safe=_ASCII)


def is_ambiguous(path: str) -> bool:
    return not path.startswith("/") or _AMBIGUOUS.search(path) is not None
