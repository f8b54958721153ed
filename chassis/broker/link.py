"""A supervised connection to RabbitMQ.

Uses aio-pika's plain connection, not its robust one: after a loss everything is declared again on a new connection, so
exclusive queues never collide with their own leftovers, and missed messages are read elsewhere. Every wait on aio-pika
is bounded here, because its own timeouts do not cover a silent link.
"""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self

import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.connection import Connection, make_url
from aio_pika.exceptions import ChannelNotFoundEntity

from chassis.backoff import Backoff
from chassis.health import NotReady
from chassis.tasks import BackgroundTasks, OnDeath

HEARTBEAT_SECONDS = 5  # the broker drops a dead client after twice this; on our side the probe below is faster
CONNECT_SECONDS = 5.0
SETUP_SECONDS = 15.0  # for everything that `on_connected` declares
PROBE_SECONDS = 1.0  # pause between two round trips that prove that the link is alive
CONFIRM_SECONDS = 3.0  # pause between two checks of the declared topology
PROBE_ANSWER_SECONDS = 3.0  # a round trip takes milliseconds; a busy broker still answers within this
CLOSE_SECONDS = 3.0
STABLE_SECONDS = 5.0  # a link that lived this long resets the backoff

log = structlog.get_logger(__name__)

OnConnected = Callable[[AbstractConnection], Awaitable[None]]
OnLost = Callable[[], None]


class BrokerUnavailable(Exception):
    """There is currently no connection to the broker."""


class TopologyError(NotReady):
    """Exchanges, queues or consumers differ from what the service declared. The text is safe to show to anyone."""


class BrokerLink:
    """Keeps one connection to the broker alive for the duration of its `async with` block.

    `on_connected(connection)` runs for each new connection, declares what it needs and returns; then the link
    counts as connected. `epoch` is the number of the connection attempt: it has grown already when
    `on_connected` runs, and identifies what belongs to this connection only. `on_lost()` runs when a connection ends,
    even if its set-up failed half-way.

    `confirm(connection)` runs every few seconds while the link is connected, and raises TopologyError if part of the
    topology was deleted: the link then reconnects and declares it again. `on_topology_lost()` counts that.
    """

    def __init__(
        self,
        *,
        url: str,
        name: str,
        on_connected: OnConnected,
        on_death: OnDeath,
        on_lost: OnLost = lambda: None,
        confirm: OnConnected | None = None,
        on_topology_lost: OnLost = lambda: None,
        backoff: Backoff | None = None,
    ) -> None:
        self._url = url
        self._name = name
        self._on_connected = on_connected
        self._on_lost = on_lost
        self._confirm = confirm
        self._on_topology_lost = on_topology_lost
        self._backoff = backoff or Backoff(base_seconds=0.25, cap_seconds=5)
        self._tasks = BackgroundTasks(on_death=on_death)
        self._connection: AbstractConnection | None = None
        self._connected = False
        self._set_up_began = False
        self._down = asyncio.Event()
        self._reason = "not connected yet"
        self._fault: str | None = None
        self._epoch = 0
        self._closing = False

    @property
    def connected(self) -> bool:
        return self._connected

    @property
    def epoch(self) -> int:
        """The number of the current connection attempt, from 1."""
        return self._epoch

    @property
    def reason(self) -> str:
        """Why the link is not connected, or last was not."""
        return self._reason

    @property
    def connection(self) -> AbstractConnection:
        """The live connection. Raises BrokerUnavailable."""
        if self._connection is None or not self.connected:
            raise BrokerUnavailable(self._reason)
        return self._connection

    async def check(self) -> None:
        """For readiness. Raises NotReady; details that contain addresses are only logged."""
        if not self.connected:
            raise NotReady(self._fault or "not connected to the broker")

    async def check_publishing(self) -> None:
        """The same for a publishing link: connected, and the broker accepts messages. Raises NotReady."""
        await self.check()
        if await _is_blocked(self._connection):
            raise NotReady("the broker accepts no messages: it is short of memory or disk")

    def suspect(self, reason: str) -> None:
        """The link is suspected dead: drop it and reconnect."""
        self._lose(reason)

    def topology_lost(self, reason: str) -> None:
        """A queue, a consumer or an exchange was deleted: reconnect, and declare it again."""
        if not self._down.is_set():
            log.warning("broker.topology_lost", link=self._name, epoch=self._epoch, reason=reason)
            self._on_topology_lost()
        self._lose(reason)

    def channel_closed(self, error: BaseException | None) -> None:
        """A channel of this link was closed; the broker does so after a publication to an exchange that is gone."""
        if isinstance(error, ChannelNotFoundEntity):
            self.topology_lost(_describe(error))
        else:
            self._lose("channel closed")

    async def __aenter__(self) -> Self:
        self._tasks.start(f"broker.{self._name}", self._supervise())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        self._lose("closing")
        await self._tasks.close(timeout_seconds=CLOSE_SECONDS + 1)

    async def _supervise(self) -> None:
        while True:
            self._epoch += 1
            await self._live_once()
            # aiormq closes channels under asyncio.wait_for, which before Python 3.12 loses a cancellation that comes
            # at the same moment as the answer. Going on would leave a link that nobody owns but that still consumes.
            if self._closing:
                return
            delay = self._backoff.next_delay()
            log.info("broker.reconnecting", link=self._name, delay_ms=round(delay * 1000), reason=self._reason)
            await asyncio.sleep(delay)

    async def _live_once(self) -> None:
        """Connect, set up, and stay until the connection is lost."""
        # Made here, not by aio_pika.connect(), so that one that fails half-way can still be closed.
        connection = Connection(
            make_url(self._url, heartbeat=HEARTBEAT_SECONDS), client_properties={"connection_name": self._name}
        )
        connection.close_callbacks.add(lambda _sender, error: self._lose(_describe(error)))
        self._down.clear()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await connection.connect()
            async with asyncio.timeout(SETUP_SECONDS):
                probe = await open_channel(connection, publisher_confirms=False)
                self._set_up_began = True
                await self._on_connected(connection)
            await self._stay(connection, probe)
        except Exception as error:
            # Whatever failed while connecting or declaring, the only remedy is another attempt.
            self._reason = _describe(error)
            self._fault = str(error) if isinstance(error, TopologyError) else None
            log.warning("broker.connect_failed", link=self._name, epoch=self._epoch, error=self._reason)
        finally:
            await self._leave(connection)

    async def _stay(self, connection: AbstractConnection, probe: AbstractChannel) -> None:
        if self._down.is_set():  # lost during its set-up
            return
        loop = asyncio.get_running_loop()
        since = loop.time()
        self._connection = connection
        self._fault = None
        self._connected = True
        log.info("broker.connected", link=self._name, epoch=self._epoch)
        watching = {
            asyncio.create_task(self._probe(connection, probe), name=f"broker.{self._name}.probe"),
            asyncio.create_task(self._keep_topology(connection), name=f"broker.{self._name}.topology"),
        }
        try:
            await self._down.wait()
        finally:
            for task in watching:
                task.cancel()
            await asyncio.wait(watching, timeout=CLOSE_SECONDS)
            if loop.time() - since >= STABLE_SECONDS:
                self._backoff.reset()

    async def _probe(self, connection: AbstractConnection, channel: AbstractChannel) -> None:
        """Probe the broker periodically with a harmless request; no answer means that the link is dead."""
        while True:
            await asyncio.sleep(PROBE_SECONDS)
            if await _is_blocked(connection):
                continue  # under a resource alarm the broker stops reading from publishers: silent, not dead
            try:
                async with asyncio.timeout(PROBE_ANSWER_SECONDS):
                    await channel.set_qos(prefetch_count=1)
            except Exception as error:
                if not await _is_blocked(connection):  # nor has it become so since the probe was sent
                    self._lose(f"no answer to a probe: {_describe(error)}")
                    return

    async def _keep_topology(self, connection: AbstractConnection) -> None:
        """Check the declared topology periodically: most of it can be deleted without notice."""
        while self._confirm is not None:
            await asyncio.sleep(CONFIRM_SECONDS)
            if await _is_blocked(connection):
                continue
            try:
                async with asyncio.timeout(SETUP_SECONDS):
                    await self._confirm(connection)
            except TopologyError as error:
                self.topology_lost(str(error))
                return
            except Exception as error:
                if not await _is_blocked(connection):
                    self._lose(f"the topology could not be confirmed: {_describe(error)}")
                    return

    def _lose(self, reason: str) -> None:
        if not self._down.is_set():
            self._reason = reason
            self._down.set()

    async def _leave(self, connection: AbstractConnection) -> None:
        self._down.set()
        if self.connected:
            self._connected = False
            self._connection = None
            log.warning("broker.lost", link=self._name, epoch=self._epoch, reason=self._reason)
        if self._set_up_began:
            self._set_up_began = False
            self._on_lost()
        await _close(connection)


async def open_channel(
    connection: AbstractConnection,
    *,
    publisher_confirms: bool = True,
    on_return_raises: bool = False,
    prefetch_count: int | None = None,
    timeout_seconds: float = CONNECT_SECONDS,
) -> AbstractChannel:
    """Open a channel within `timeout_seconds`. Keep a reference: a garbage-collected channel stops consuming."""
    async with asyncio.timeout(timeout_seconds):
        channel = connection.channel(publisher_confirms=publisher_confirms, on_return_raises=on_return_raises)
        await channel.initialize()
        if prefetch_count is not None:
            await channel.set_qos(prefetch_count=prefetch_count)
    return channel


async def _is_blocked(connection: Any) -> bool:
    """Whether the broker blocks publishing (memory or disk alarm)."""
    transport = None if connection is None else connection.transport
    if transport is None:
        return False
    try:
        async with asyncio.timeout(0.05):
            await transport.ready()
    except TimeoutError:
        return True
    return False


async def _close(connection: AbstractConnection) -> None:
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await connection.close()
    except Exception as error:
        log.debug("broker.close_failed", error=_describe(error))
        await connection.close()  # marks it closed now, without I/O; otherwise its finaliser would try again


def _describe(error: BaseException | None) -> str:
    if error is None:
        return "closed"
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
