"""The composition root of the notifications service."""

from collections.abc import AsyncIterator

from aiohttp import web

from chassis.broker.link import BrokerLink
from chassis.http.app import HEALTH, LIFECYCLE, METRICS, create_app
from chassis.http.internal_session import open_internal_session
from chassis.log.reader import LogReader
from chassis.observability.running_tracer import running_tracer
from chassis.observability.tracing import TRACER
from chassis.tasks import BackgroundTasks
from services.notifications.channels.service_log import LogChannel
from services.notifications.decider import Decider
from services.notifications.log.consumer import Consumer
from services.notifications.log.dead_letters import DeadLetters
from services.notifications.log.gap_filler import GapFiller
from services.notifications.log.progress import Progress
from services.notifications.metrics import ServiceMetrics
from services.notifications.settings import Settings

SETTINGS = web.AppKey("settings", Settings)
READER = web.AppKey("reader", LogReader)
DEAD_LETTERS = web.AppKey("dead_letters", DeadLetters)


def create_notifications_app(settings: Settings) -> web.Application:
    """Create the application, wired but not started."""
    app = create_app(idle_seconds=settings.http_idle_seconds)
    app[SETTINGS] = settings
    app.cleanup_ctx.extend([_tracer, _reader, _dead_letters, _consumer])
    return app


async def _tracer(app: web.Application) -> AsyncIterator[None]:
    settings = app[SETTINGS]
    async with running_tracer(
        service="notifications", endpoint=settings.otel_exporter_otlp_endpoint, share=settings.otel_traces_sampler_arg
    ) as app[TRACER]:
        yield


async def _reader(app: web.Application) -> AsyncIterator[None]:
    settings = app[SETTINGS]
    async with open_internal_session(
        base_url=str(settings.conversations_url), service_token=settings.service_token
    ) as session:
        app[READER] = LogReader(session=session)
        yield


async def _dead_letters(app: web.Application) -> AsyncIterator[None]:
    dead_letters = app[DEAD_LETTERS] = DeadLetters(
        on_closed=lambda error: link.channel_closed(error)  # noqa: PLW0108 - the link is made below
    )
    async with BrokerLink(
        url=app[SETTINGS].amqp_url.get_secret_value(),
        name="notifications.publish",
        on_connected=dead_letters.set_up,
        on_lost=dead_letters.forget,
        on_topology_lost=app[METRICS].topology_losses("publish"),
        on_death=app[LIFECYCLE].task_died,
    ) as link:
        app[METRICS].watch_broker("publish", lambda: link.connected)
        app[HEALTH].add("dead_letters", link.check_publishing, vital=False)  # only needed for invalid events
        yield


async def _consumer(app: web.Application) -> AsyncIterator[None]:
    """The worker stops before the last store of the cursor, and the link after it, so nothing is decided twice."""
    settings, reader, metrics = app[SETTINGS], app[READER], ServiceMetrics(app[METRICS].registry)
    decider = Decider(channels=[LogChannel()], metrics=metrics)
    progress = Progress(reader=reader, decider=decider, metrics=metrics, store_seconds=settings.cursor_store_seconds)
    consumer = Consumer(
        decider=decider,
        progress=progress,
        reader=reader,
        metrics=metrics,
        prefetch=settings.prefetch,
        tracer=app[TRACER],
        on_broken=lambda reason: link.suspect(reason),  # noqa: PLW0108 - the link is made below
        on_cancelled=lambda reason: link.topology_lost(reason),  # noqa: PLW0108 - as above
        on_death=app[LIFECYCLE].task_died,
    )
    filler = GapFiller(
        decider=decider,
        reader=reader,
        dead_letters=app[DEAD_LETTERS],
        metrics=metrics,
        grace_seconds=settings.hole_grace_seconds,
        on_position_lost=lambda reason: link.suspect(reason),  # noqa: PLW0108 - as above
    )
    decider.on_gap = filler.wake
    on_death = app[LIFECYCLE].task_died
    async with BrokerLink(
        url=settings.amqp_url.get_secret_value(),
        name="notifications.consume",
        on_connected=consumer.set_up,
        on_lost=consumer.forget,
        confirm=consumer.confirm,
        on_topology_lost=app[METRICS].topology_losses("consume"),
        on_death=on_death,
    ) as link:
        app[METRICS].watch_broker("consume", lambda: link.connected)
        app[HEALTH].add("broker", link.check)
        app[HEALTH].add("consumer", consumer.check)
        app[HEALTH].add("cursor", progress.check, vital=False)  # until the cursor is stored, a crash repeats more
        async with BackgroundTasks(on_death=on_death) as tasks:
            tasks.start("consumer", consumer.run())
            tasks.start("hole_filler", filler.run())
            tasks.start("progress", progress.run())
            yield
        await progress.store_finally()
        await consumer.finish()
