"""Serves the web client's files; any other path is the application's page, which routes in the browser."""

import asyncio
from pathlib import Path
from urllib.parse import unquote_to_bytes

from aiohttp import web

from chassis.http.protocol import PERMISSIONS_POLICY
from chassis.problems import NotFound, RangeNotSatisfiable
from deploy.native.gateway.headers import accepts_gzip
from deploy.native.gateway.target import target_of

# The marketplace hosts pictures and avatars, so they may come from any https host; all else comes from here only.
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
    "Permissions-Policy": PERMISSIONS_POLICY,
}
# Maximum path length: no file or address of the application is longer.
MAX_NAME_BYTES = 255
MAX_PATH_BYTES = 2048

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
    """Serves the folder of the built client, or a page that says it is not built."""

    def __init__(self, dist: Path) -> None:
        self._dist = dist.resolve()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Raises NotFound or RangeNotSatisfiable."""
        path = _path(request)
        file = await asyncio.to_thread(self._find, path, _wants_page(request, path))
        if file is None:
            return await asyncio.to_thread(self._absent, path)
        await asyncio.to_thread(_check_range, request, file)
        hashed = file.is_relative_to(self._dist / _HASHED_FOLDER)
        headers = {**SECURITY_HEADERS, "Cache-Control": _FOREVER if hashed else _ASK_FIRST, "Vary": "Accept-Encoding"}
        return web.FileResponse(file, headers=headers)  # or its gzipped copy, if the client accepts it

    def _find(self, path: str, wants_page: bool) -> Path | None:
        """The file of this name; else, if a page is requested, the application's page; else None."""
        page = self._dist / "index.html"
        if not path:
            return page if page.is_file() else None
        try:
            file = self._named(path)
            if file.is_file():
                return file
            absent = not file.exists()
        except (OSError, ValueError, RuntimeError):  # an impossible file name, or a loop of symbolic links
            return None
        return page if absent and wants_page and page.is_file() else None

    def _named(self, path: str) -> Path:
        """The path for this name. Raises ValueError if it is too long or outside the folder."""
        name = path.encode()
        if len(name) > MAX_PATH_BYTES or any(len(part) > MAX_NAME_BYTES for part in name.split(b"/")):
            raise ValueError("too long for a file")
        file = (self._dist / path).resolve()
        if not file.is_relative_to(self._dist):
            raise ValueError("outside of the folder")
        return file

    def _absent(self, path: str) -> web.Response:
        if path or (self._dist / "index.html").is_file():
            raise _not_found()
        headers = {**SECURITY_HEADERS, "Cache-Control": _ASK_FIRST}
        return web.Response(text=_NO_WEB_CLIENT, content_type="text/html", headers=headers)


def _path(request: web.Request) -> str:
    """The decoded path below the folder. Raises NotFound if it is not UTF-8."""
    encoded = target_of(request).partition("?")[0].partition("#")[0]
    try:
        return unquote_to_bytes(encoded).decode().removeprefix("/")
    except UnicodeDecodeError:
        raise _not_found() from None


def _wants_page(request: web.Request, path: str) -> bool:
    """Whether the client accepts HTML and the path has no file extension, as addresses of the application.

    A missing picture or script must not be answered with a page.
    """
    is_address = "." not in path.rpartition("/")[2]
    return is_address or "text/html" in request.headers.get("Accept", "")


def _check_range(request: web.Request, file: Path) -> None:
    """Raises RangeNotSatisfiable, which aiohttp answers without a body."""
    try:
        start = request.http_range.start
        satisfiable = start is None or start < _served(request, file).stat().st_size
    except (ValueError, OSError):
        satisfiable = False
    if not satisfiable:
        raise RangeNotSatisfiable


def _served(request: web.Request, file: Path) -> Path:
    compressed = file.with_name(f"{file.name}.gz")
    return compressed if accepts_gzip(request.headers) and compressed.is_file() else file


def _not_found() -> NotFound:
    return NotFound("There is no such page or file.")
