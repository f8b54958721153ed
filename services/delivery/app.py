"""The composition root of the delivery service."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from uuid import uuid4

import aiohttp
from aiohttp import web

from chassis.auth.tokens import TokenVerifier, token_verifier
from chassis.health import NotReady
from chassis.http.app import HEALTH, LIFECYCLE, METRICS, REFUSALS, create_app
from chassis.http.internal_session import open_internal_session
from chassis.log.reader import LogReader
from chassis.observability.running_tracer import running_tracer
from chassis.observability.tracing import TRACER
from chassis.tasks import BackgroundTasks
from contracts.generated.catalogues import CloseCode
from services.delivery.answers.lookups import Lookups
from services.delivery.answers.membership import Memberships
from services.delivery.answers.resume import Resumer
from services.delivery.answers.typing_relay import TypingRelay
from services.delivery.log.consumer import EventConsumer
from services.delivery.log.feed import Feed
from services.delivery.log.follower import LogFollower
from services.delivery.log.recent_events import Recent
from services.delivery.log.stream import LogStream
from services.delivery.log.topology import load_topology
from services.delivery.log.warm_up import WarmUp
from services.delivery.metrics import CommandHistograms, Counters, CountersCollector, Gauges
from services.delivery.settings import Settings
from services.delivery.sockets.connection import Connection, Surroundings
from services.delivery.sockets.drain import drain
from services.delivery.sockets.endpoint import EndpointSettings, SocketEndpoint
from services.delivery.sockets.frame_rules import SocketLimits
from services.delivery.sockets.heartbeat import Pulse
from services.delivery.sockets.hub import Hub
from services.delivery.sockets.sockets_per_user import TELL_AGAIN_SECONDS, SocketsElsewhere
from services.delivery.upstream.command_lanes import CommandLanes
from services.delivery.upstream.conversations_client import ConversationsClient
from services.delivery.wire.user_limits import LimitsByUser, Rates

SETTINGS = web.AppKey("settings", Settings)
REPLICA = web.AppKey("replica", str)
COUNTERS = web.AppKey("counters", Counters)
HUB = web.AppKey("hub", Hub[Connection])
LIMITS = web.AppKey("limits", LimitsByUser)
TOKENS = web.AppKey("tokens", TokenVerifier)
SESSION = web.AppKey("session", aiohttp.ClientSession)
COMMANDS = web.AppKey("commands", CommandLanes)
RECENT = web.AppKey("recent", Recent)
MEMBERSHIPS = web.AppKey("memberships", Memberships)
FEED = web.AppKey("feed", Feed)
STREAM = web.AppKey("stream", LogStream)
FOLLOWER = web.AppKey("follower", LogFollower)
CONSUMER = web.AppKey("consumer", EventConsumer)
TYPING = web.AppKey("typing", TypingRelay)
ELSEWHERE = web.AppKey("elsewhere", SocketsElsewhere)
LOOKUPS = web.AppKey("lookups", Lookups)
ENDPOINT = web.AppKey("endpoint", SocketEndpoint)


def create_delivery_app(settings: Settings) -> web.Application:
    """Create the application, wired but not started."""
    app = create_app(
        allowed_origins=settings.allowed_origins,
        service_token=settings.service_token,
        explain_refusals=settings.environment == "development",
        idle_seconds=settings.http_idle_seconds,
    )
    app[SETTINGS] = settings
    app[REPLICA] = settings.replica or uuid4().hex[:12]
    app[COUNTERS] = Counters()
    app[HUB] = Hub(max_per_user=settings.max_connections_per_user)
    app[LIMITS] = LimitsByUser(
        Rates(
            frames_per_second=settings.frame_rate_per_second,
            frame_burst=settings.frame_burst,
            messages_per_second=settings.message_rate_per_second,
            message_burst=settings.message_burst,
        )
    )
    app.cleanup_ctx.extend([_tracer, _tokens, _session, _stream, _commands, _typing, _consumer, _follower, _sockets])
    app.router.add_get("/ws", _open_socket, allow_head=False)
    app[LIFECYCLE].on_drain(lambda: drain(app[HUB], seconds=settings.drain_seconds))
    return app


async def _open_socket(request: web.Request) -> web.StreamResponse:
    return await request.app[ENDPOINT].handle(request)


async def _tracer(app: web.Application) -> AsyncIterator[None]:
    settings = app[SETTINGS]
    async with running_tracer(
        service="delivery", endpoint=settings.otel_exporter_otlp_endpoint, share=settings.otel_traces_sampler_arg
    ) as app[TRACER]:
        yield


async def _tokens(app: web.Application) -> AsyncIterator[None]:
    async with token_verifier(app[SETTINGS]) as app[TOKENS]:
        yield


async def _session(app: web.Application) -> AsyncIterator[None]:
    settings = app[SETTINGS]
    session = open_internal_session(base_url=str(settings.conversations_url), service_token=settings.service_token)
    async with session as app[SESSION]:
        yield


async def _commands(app: web.Application) -> AsyncIterator[None]:
    settings = app[SETTINGS]
    app[COMMANDS] = CommandLanes(
        session=app[SESSION],
        counters=app[COUNTERS],
        histograms=CommandHistograms(app[METRICS].registry),
        lanes=settings.command_pipeline,
        max_queued=settings.command_queue_max,
        deadline_seconds=settings.command_deadline_seconds,
        attempt_seconds=settings.command_attempt_seconds,
        on_logged=app[STREAM].learn,
        tracer=app[TRACER],
    )
    async with BackgroundTasks(on_death=app[LIFECYCLE].task_died) as tasks:
        tasks.start("commands", app[COMMANDS].run())
        yield


async def _stream(app: web.Application) -> AsyncIterator[None]:
    settings = app[SETTINGS]
    app[RECENT] = Recent(seconds=settings.recent_seconds, max_bytes=settings.recent_max_bytes)
    app[MEMBERSHIPS] = Memberships()
    now, limits = asyncio.get_running_loop().time, app[LIMITS]
    app[FEED] = Feed(now=now)
    app[STREAM] = LogStream(
        listeners=app[HUB].of,
        recent=app[RECENT],
        feed=app[FEED],
        counters=app[COUNTERS],
        now=now,
        on_message=lambda user_id: limits.message_logged(user_id, now()),
        on_change=app[MEMBERSHIPS].forget,
        on_start=app[MEMBERSHIPS].forget_all,
    )
    yield


async def _typing(app: web.Application) -> AsyncIterator[None]:
    app[TYPING] = TypingRelay(
        url=app[SETTINGS].amqp_url.get_secret_value(),
        replica=app[REPLICA],
        exchanges=load_topology().exchanges,
        viewers=app[HUB].of,
        counters=app[COUNTERS],
        on_death=app[LIFECYCLE].task_died,
        on_topology_lost=app[METRICS].topology_losses("typing"),
    )
    app[ELSEWHERE] = SocketsElsewhere(
        replica=app[REPLICA],
        max_per_user=app[SETTINGS].max_connections_per_user,
        own=lambda user_id: app[HUB].of([user_id]),
        tell=app[TYPING].publish_sockets,
        now=asyncio.get_running_loop().time,
    )
    app[HUB].on_change = app[ELSEWHERE].changed
    app[METRICS].watch_broker("typing", lambda: app[TYPING].link.connected)
    async with app[TYPING].link, BackgroundTasks(on_death=app[LIFECYCLE].task_died) as tasks:
        tasks.start("typing", app[TYPING].work())
        tasks.start("sockets.tell", _tell_again(app[ELSEWHERE]))
        yield


async def _consumer(app: web.Application) -> AsyncIterator[None]:
    app[CONSUMER] = EventConsumer(
        url=app[SETTINGS].amqp_url.get_secret_value(),
        replica=app[REPLICA],
        topology=load_topology(),
        stream=app[STREAM],
        feed=app[FEED],
        counters=app[COUNTERS],
        on_typing=app[TYPING].deliver,
        on_sockets=app[ELSEWHERE].heard,
        on_death=app[LIFECYCLE].task_died,
        on_topology_lost=app[METRICS].topology_losses("consume"),
        tracer=app[TRACER],
    )
    app[METRICS].watch_broker("consume", lambda: app[CONSUMER].link.connected)
    async with app[CONSUMER].link, BackgroundTasks(on_death=app[LIFECYCLE].task_died) as tasks:
        tasks.start("consumer", app[CONSUMER].work())
        tasks.start("consumer.watch", app[CONSUMER].watch())
        yield


async def _follower(app: web.Application) -> AsyncIterator[None]:
    consumer, hub = app[CONSUMER], app[HUB]

    def start_anew() -> None:
        app[LIMITS].restart()
        for connection in hub:
            connection.close(CloseCode.RESYNC_REQUIRED)

    reader = LogReader(session=app[SESSION])
    app[FOLLOWER] = LogFollower(
        stream=app[STREAM],
        reader=reader,
        warm_up=WarmUp(reader=reader, recent=app[RECENT], now=asyncio.get_running_loop().time),
        counters=app[COUNTERS],
        feed=app[FEED],
        on_position_lost=start_anew,
        poll_seconds=app[SETTINGS].log_poll_ms / 1000,
    )
    app[HEALTH].add("stream", lambda: _check_stream(app[FOLLOWER]))
    app[HEALTH].add("conversations", lambda: _check_conversations(app[SESSION]))
    # Without these, users still receive and read, and another replica would serve them no better.
    app[HEALTH].add("writes", lambda: _check_writes(app[SESSION]), vital=False)
    app[HEALTH].add("broker", consumer.link.check, vital=False)
    app[HEALTH].add("typing", app[TYPING].link.check_publishing, vital=False)
    async with BackgroundTasks(on_death=app[LIFECYCLE].task_died) as tasks:
        tasks.start("log.poll", app[FOLLOWER].poll())
        tasks.start("log.fill", app[FOLLOWER].fill())
        yield


async def _sockets(app: web.Application) -> AsyncIterator[None]:
    settings, hub = app[SETTINGS], app[HUB]
    loop = asyncio.get_running_loop()
    pulse = Pulse(connections=lambda: hub, heartbeat_seconds=settings.heartbeat_seconds)
    async with BackgroundTasks(on_death=app[LIFECYCLE].task_died) as tasks:
        app[ENDPOINT] = SocketEndpoint(
            settings=_endpoint_settings(settings),
            around=_surroundings(app, tasks, loop),
            verifier=app[TOKENS],
            limits=app[LIMITS],
            pulse=pulse,
            draining=lambda: app[LIFECYCLE].draining,
        )
        app[METRICS].registry.register(CountersCollector(app[COUNTERS], partial(_gauges, app)))
        tasks.start("pulse", pulse.run())
        yield


def _surroundings(app: web.Application, tasks: BackgroundTasks, loop: asyncio.AbstractEventLoop) -> Surroundings:
    client = ConversationsClient(session=app[SESSION])
    # Half of a client's outbox, so that the answer alone never overflows it.
    max_bytes = app[SETTINGS].outbox_max_bytes // 2
    app[LOOKUPS] = Lookups(
        tasks=tasks,
        client=client,
        memberships=app[MEMBERSHIPS],
        resumer=Resumer(recent=app[RECENT], client=client, max_bytes=max_bytes),
        typing_relay=app[TYPING],
        verifier=app[TOKENS],
        refusals=app[REFUSALS],
        stream=app[STREAM],
        counters=app[COUNTERS],
    )
    return Surroundings(
        loop=loop,
        hub=app[HUB],
        stream=app[STREAM],
        commands=app[COMMANDS],
        lookups=app[LOOKUPS],
        counters=app[COUNTERS],
    )


def _endpoint_settings(settings: Settings) -> EndpointSettings:
    return EndpointSettings(
        allowed_origins=frozenset(settings.allowed_origins),
        max_connections=settings.max_connections,
        max_frame_bytes=settings.max_frame_bytes,
        outbox_max_bytes=settings.outbox_max_bytes,
        heartbeat_seconds=settings.heartbeat_seconds,
        command_deadline_seconds=settings.command_deadline_seconds,
        socket_limits=SocketLimits(
            bad_frames=settings.max_bad_frames,
            refused_frames=settings.max_refused_frames,
            in_flight_commands=settings.max_in_flight_sends,
        ),
    )


def _gauges(app: web.Application) -> Gauges:
    backlogs = [connection.outbox.backlog for connection in app[HUB]]
    return Gauges(
        sockets=len(app[HUB]),
        users=app[HUB].users,
        outbox_bytes=sum(backlogs),
        fullest_outbox_bytes=max(backlogs, default=0),
        queued_commands=app[COMMANDS].queued,
        open_lookups=app[LOOKUPS].open,
        recent_events=len(app[RECENT]),
        positions=app[STREAM].heads(),
        lags=app[STREAM].lags(),
        sockets_limit=app[SETTINGS].max_connections,
        outbox_limit_bytes=app[SETTINGS].outbox_max_bytes,
        queued_commands_limit=app[SETTINGS].command_queue_max,
    )


async def _tell_again(elsewhere: SocketsElsewhere) -> None:
    while True:
        await asyncio.sleep(TELL_AGAIN_SECONDS)
        elsewhere.repeat()


async def _check_stream(follower: LogFollower) -> None:
    if not follower.following:
        raise NotReady("neither the broker nor the log delivers events")


async def _check_conversations(session: aiohttp.ClientSession) -> None:
    async with session.get("/internal/log/heads") as response:
        if response.status != 200:
            raise NotReady(f"answers {response.status}")


async def _check_writes(session: aiohttp.ClientSession) -> None:
    """`conversations` is ready only if it can write."""
    async with session.get("/readyz") as response:
        if response.status != 200:
            raise NotReady("conversations is not ready")
