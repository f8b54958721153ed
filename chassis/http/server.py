"""Runs an application from start to a clean shutdown."""

import asyncio
import contextlib
import gc
import resource
import signal
from collections.abc import Callable, Iterator

import structlog
import uvloop
from aiohttp import web

from chassis.http.app import LIFECYCLE
from chassis.lifecycle import EXIT_FAILED, Lifecycle

FINISH_SECONDS = 5.0  # time for requests in progress once the listener is closed
BACKLOG = 4096  # connections waiting to be accepted, when many clients reconnect at once; the system may allow fewer
FILES = 65_536  # each socket is a file, and shells usually allow 1,024
# A full garbage collection visits every object and blocks the process: for up to half a second with 15,000 sockets.
# By default it runs whenever the number of objects has grown by a quarter; now only after two million more.
COLLECT_AFTER = (2_000, 10, 100)
CLEANUP_SECONDS = 15.0  # FINISH_SECONDS and the closing of all resources; an orchestrator kills after 30

log = structlog.get_logger(__name__)


def run(build: Callable[[], web.Application], *, host: str, port: int, drain_seconds: float) -> int:
    """Serve the application that `build` makes until SIGTERM or SIGINT; returns the process's exit code."""

    async def main() -> int:
        return await serve(build(), host=host, port=port, drain_seconds=drain_seconds)

    allow_files()
    return uvloop.run(main())


def spare_full_collections() -> None:
    """Make the garbage collector visit long-lived objects rarely, and those created at start never again.

    This delays nothing else: objects outside cycles are freed at once, and short-lived cycles are found as before.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def allow_files() -> None:
    """Raise this process's soft limit on open files to FILES, or as close as the hard limit allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def serve(app: web.Application, *, host: str, port: int, drain_seconds: float) -> int:
    """Serve until asked to stop; then: not ready, drain, stop listening, finish requests, close resources."""
    lifecycle = app[LIFECYCLE]
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=FINISH_SECONDS)
    with _stop_on_signals(lifecycle):
        try:
            if await _started(runner, lifecycle, host=host, port=port):
                await lifecycle.wait_for_stop()
                await lifecycle.drain(drain_seconds)
        except Exception:
            log.critical("server.failed", exc_info=True)
            lifecycle.fail("the server failed")
        finally:
            await _clean_up(runner, lifecycle)
    log.info("process.stopped", exit_code=lifecycle.exit_code)
    return lifecycle.exit_code


async def _started(runner: web.AppRunner, lifecycle: Lifecycle, *, host: str, port: int) -> bool:
    """Start; False if asked to stop meanwhile: a resource may wait long for its server."""
    starting = asyncio.create_task(_start(runner, host=host, port=port), name="server.start")
    stopping = asyncio.create_task(lifecycle.wait_for_stop(), name="server.stop")
    await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if starting.done():
        await starting
        return True
    starting.cancel()
    await asyncio.wait({starting}, timeout=CLEANUP_SECONDS)
    return False


async def _start(runner: web.AppRunner, *, host: str, port: int) -> None:
    await runner.setup()
    spare_full_collections()
    await web.TCPSite(runner, host, port, backlog=BACKLOG).start()
    for address in runner.addresses:
        log.info("server.started", host=address[0], port=address[1])


async def _clean_up(runner: web.AppRunner, lifecycle: Lifecycle) -> None:
    try:
        async with asyncio.timeout(CLEANUP_SECONDS):
            await runner.cleanup()
    except TimeoutError:
        log.exception("server.cleanup_timed_out", seconds=CLEANUP_SECONDS)
        lifecycle.exit_code = EXIT_FAILED
    except Exception:
        log.exception("server.cleanup_failed")
        lifecycle.exit_code = EXIT_FAILED


@contextlib.contextmanager
def _stop_on_signals(lifecycle: Lifecycle) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)
    for number in signals:
        loop.add_signal_handler(number, lifecycle.stop, number.name)
    try:
        yield
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
