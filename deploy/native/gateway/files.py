"""The web client's files: any path that is no file is the application itself, which routes in the browser."""

import asyncio
from pathlib import Path

from aiohttp import web

# Pictures and avatars are the marketplace's, so any https host may serve them. All else comes from here only.
_CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: https:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS = {
    "Content-Security-Policy": _CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_HASHED_FOLDER = "assets"  # the build puts a hash of the content into these names
_FOREVER = "public, max-age=31536000, immutable"
_ASK_FIRST = "no-cache"

_NO_WEB_CLIENT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Messaging</title>
<h1>The API is running</h1>
<p>The web client has not been built. <code>make up</code> builds it when its sources are in <code>web/</code>.</p>
<p>REST: <code>/api</code>. WebSocket: <code>/ws</code>. To see it work: <code>make demo</code>.</p>
</html>
"""


class WebClient:
    """Serves the folder of the built client, or says that there is none."""

    def __init__(self, dist: Path) -> None:
        self._dist = dist.resolve()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["tail"]
        file = await asyncio.to_thread(self._find, path, _wants_page(request))
        if file is None:
            return await asyncio.to_thread(self._absent, path)
        hashed = file.is_relative_to(self._dist / _HASHED_FOLDER)
        return web.FileResponse(file, headers={**SECURITY_HEADERS, "Cache-Control": _FOREVER if hashed else _ASK_FIRST})

    def _find(self, path: str, wants_page: bool) -> Path | None:
        """The file of this name, else, for who wants a page, the application's; None when there is neither."""
        file = (self._dist / path).resolve()
        if path and file.is_relative_to(self._dist) and file.is_file():
            return file
        page = self._dist / "index.html"
        return page if wants_page and page.is_file() else None

    def _absent(self, path: str) -> web.Response:
        headers = {**SECURITY_HEADERS, "Cache-Control": _ASK_FIRST}
        if path or (self._dist / "index.html").is_file():
            return web.Response(status=404, text="Not found\n", headers=headers)
        return web.Response(text=_NO_WEB_CLIENT, content_type="text/html", headers=headers)


def _wants_page(request: web.Request) -> bool:
    """Browsers say so when they open an address, and an address of the application has no file ending.

    A missing picture or script must not be answered with a page.
    """
    is_address = "." not in request.path.rpartition("/")[2]
    return is_address or "text/html" in request.headers.get("Accept", "")
