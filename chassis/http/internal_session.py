"""Connections from one service to another, with the service token on every request."""

import aiohttp
from pydantic import SecretStr

MAX_CONNECTIONS = 64  # limits the load of one process on the other service
KEEPALIVE_SECONDS = 10.0  # shorter than the server's timeout, so that it never closes a connection during a request
REQUEST_SECONDS = 5.0


def open_internal_session(*, base_url: str, service_token: SecretStr) -> aiohttp.ClientSession:
    """Open a session with keep-alive. Close it, or use it as a context manager."""
    return aiohttp.ClientSession(
        base_url,
        connector=aiohttp.TCPConnector(limit=MAX_CONNECTIONS, keepalive_timeout=KEEPALIVE_SECONDS),
        headers={"Authorization": f"Bearer {service_token.get_secret_value()}"},
        timeout=aiohttp.ClientTimeout(total=REQUEST_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
    )
