"""Paths that two servers might read differently never pass: that is how a private path is reached."""

import re

from aiohttp import web
from aiohttp.typedefs import Handler

# Dot segments, empty segments, and the encoded forms of dot, slash, backslash and NUL.
_AMBIGUOUS = re.compile(r"/\.{1,2}(/|$)|//|\\|%(2e|2f|5c|00)", re.IGNORECASE)


@web.middleware
async def refuse_ambiguous_paths(request: web.Request, handler: Handler) -> web.StreamResponse:
    if is_ambiguous(request.raw_path.partition("?")[0]):
        return web.Response(status=400, text="Bad path\n")
    return await handler(request)


def is_ambiguous(path: str) -> bool:
    return not path.startswith("/") or _AMBIGUOUS.search(path) is not None
