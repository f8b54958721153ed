"""The system's single address on one machine: `python -m deploy.native.gateway`."""

import contextlib
import os
import socket

import uvloop
from aiohttp import web

from chassis.observability.logging import setup_logging
from deploy.native.gateway.app import create_app
from deploy.native.gateway.settings import Settings

_IPV6_LOOPBACK = "::1"
_BACKLOG = 1024
_SHUTDOWN_SECONDS = 2.0  # the services close open sockets, and stop before the gateway or keep running


def main() -> None:
    settings = Settings.from_environ(os.environ)
    setup_logging(service="gateway")
    web.run_app(
        create_app(settings),
        sock=_listening_sockets(settings),
        print=None,
        access_log=None,
        loop=uvloop.new_event_loop(),
        backlog=_BACKLOG,
        shutdown_timeout=_SHUTDOWN_SECONDS,
    )


def _listening_sockets(settings: Settings) -> list[socket.socket]:
    """Listen on the address and, if possible, its IPv6 counterpart: browsers resolve `localhost` to ::1 first."""
    sockets = [socket.create_server((settings.host, settings.port))]
    # IPv6 may be unavailable, or the port in use there: then only the other address serves.
    with contextlib.suppress(OSError):
        sockets.append(socket.create_server((_IPV6_LOOPBACK, settings.port), family=socket.AF_INET6))
    return sockets


if __name__ == "__main__":
    main()
