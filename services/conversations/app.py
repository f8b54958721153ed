"""The composition root: creates all parts of the service, and opens and closes them in order."""

import time
from collections.abc import AsyncIterator
from datetime import timedelta

from aiohttp import web

from chassis.auth.tokens import token_verifier
from chassis.broker.topology import MARKETPLACE_EVENTS, TOPOLOGY_FILE, Topology
from chassis.http.app import HEALTH, LIFECYCLE, METRICS, create_app
from chassis.observability.running_tracer import running_tracer
from chassis.observability.tracing import TRACER
from chassis.tasks import BackgroundTasks
from services.conversations.api.internal import commands, log, marketplace, sync, system_messages
from services.conversations.api.public import conversations, dev_login, documents, items, message_changes, messages
from services.conversations.api.refusals import translate_refusals
from services.conversations.command_kinds import CommandRules
from services.conversations.keys import COMMANDS, MARKETPLACE, POOL, SETTINGS, TOKENS, WRITE_LIMITS
from services.conversations.marketplace.changes import Marketplace
from services.conversations.marketplace.consumer import MarketplaceConsumer
from services.conversations.metrics import ServiceMetrics
from services.conversations.migrations.revisions import newest_revision
from services.conversations.publishing.confirmed_positions import Confirmations
from services.conversations.publishing.leader import Leader
from services.conversations.publishing.publisher import Publisher
from services.conversations.settings import Settings
from services.conversations.store.pool import open_pool
from services.conversations.store.schema import Schema
from services.conversations.store.session import Session
from services.conversations.use_cases import Commands
from services.conversations.writes.batcher import Batcher, BatchLimits
from services.conversations.writes.pending import Pending
from services.conversations.writes.write_limits import WriteLimits

MAX_BATCH_BODY_BYTES = 16 * 1024 * 1024  # 1 MiB of text in delivery's batches, with every character escaped, plus room

SERVICE_METRICS = web.AppKey("service_metrics", ServiceMetrics)
PUBLISHER = web.AppKey("publisher", Publisher)


def create_conversations_app(settings: Settings) -> web.Application:
    """Create the application, wired but not started."""
    app = create_app(
        allowed_origins=settings.allowed_origins,
        service_token=settings.service_token,
        service_token_previous=settings.service_token_previous,
        explain_refusals=settings.environment == "development",
        max_body_bytes=MAX_BATCH_BODY_BYTES,
        idle_seconds=settings.http_idle_seconds,
    )
    app.middlewares.append(translate_refusals)
    app[SETTINGS] = settings
    app[SERVICE_METRICS] = ServiceMetrics(app[METRICS].registry)
    app.cleanup_ctx.extend([_tracer, _tokens, _pool, _publisher, _batchers, _leader, _marketplace])
    _add_routes(app)
    return app


def _add_routes(app: web.Application) -> None:
    modules = (
        *(conversations, messages, message_changes, items, documents),
        *(commands, log, sync, marketplace, system_messages),
    )
    for module in modules:
        app.router.add_routes(module.routes())
    if app[SETTINGS].dev_login:
        app.router.add_routes(dev_login.routes())


async def _tracer(app: web.Application) -> AsyncIterator[None]:
    settings = app[SETTINGS]
    async with running_tracer(
        service="conversations", endpoint=settings.otel_exporter_otlp_endpoint, share=settings.otel_traces_sampler_arg
    ) as app[TRACER]:
        yield


async def _tokens(app: web.Application) -> AsyncIterator[None]:
    async with token_verifier(app[SETTINGS]) as app[TOKENS]:
        yield


async def _pool(app: web.Application) -> AsyncIterator[None]:
    settings = app[SETTINGS]
    async with open_pool(
        url=settings.database_url.get_secret_value(),
        max_size=settings.pool_max_size,
        statement_cache_size=settings.statement_cache_size,
        timeout_seconds=settings.database_timeout_seconds,
    ) as app[POOL]:
        schema = Schema(app[POOL], revision=newest_revision(), shards=settings.log_shards)
        await schema.refuse_wrong_shards()
        app[HEALTH].add("database", schema.check)
        app[WRITE_LIMITS] = WriteLimits(
            pool=app[POOL],
            rate_per_second=settings.write_rate_per_second,
            burst=settings.write_burst,
            clock=time.monotonic,
        )
        app[SERVICE_METRICS].watch_pool(
            size=app[POOL].get_size, idle=app[POOL].get_idle_size, limit=app[POOL].get_max_size()
        )
        yield


async def _publisher(app: web.Application) -> AsyncIterator[None]:
    settings, on_death = app[SETTINGS], app[LIFECYCLE].task_died
    confirmations = Confirmations(app[POOL])
    async with (
        BackgroundTasks(on_death=on_death) as tasks,
        Publisher(
            url=settings.amqp_url.get_secret_value(),
            topology=_topology().without(MARKETPLACE_EVENTS),
            window=settings.publish_window,
            max_bytes=settings.publish_queue_max_bytes,
            on_confirmed=confirmations.add,
            on_death=on_death,
            on_topology_lost=app[METRICS].topology_losses("publish"),
            metrics=app[SERVICE_METRICS],
            tracer=app[TRACER],
        ) as app[PUBLISHER],
    ):
        tasks.start("confirmations", confirmations.run())
        app[METRICS].watch_broker("publish", lambda: app[PUBLISHER].link.connected)
        # Sends go on without the broker, so it is no reason to take the service out of rotation.
        app[HEALTH].add("broker", app[PUBLISHER].link.check_publishing, vital=False)
        yield


async def _batchers(app: web.Application) -> AsyncIterator[None]:
    settings = app[SETTINGS]
    batchers = {shard: _batcher(app, shard) for shard in range(settings.log_shards)}
    async with BackgroundTasks(on_death=app[LIFECYCLE].task_died) as tasks:
        for shard, batcher in batchers.items():
            tasks.start(f"batcher.{shard}", batcher.run())
            app[HEALTH].add(f"batcher.{shard}", batcher.check)
        app[COMMANDS] = Commands(
            batchers,
            max_commands=settings.batch_max_commands,
            rules=CommandRules(
                withheld=settings.withheld,
                edit_window=timedelta(seconds=settings.edit_window_seconds),
                delete_window=timedelta(seconds=settings.delete_window_seconds),
            ),
            max_conversations_a_day=settings.max_conversations_per_day,
        )
        app[MARKETPLACE] = Marketplace(pool=app[POOL], commands=app[COMMANDS], within=settings.write_deadline_seconds)
        yield


def _batcher(app: web.Application, shard: int) -> Batcher:
    settings = app[SETTINGS]
    return Batcher(
        shard=shard,
        session=_session(settings, f"batcher.{shard}"),
        pending=Pending(max_commands=settings.queue_max_commands, max_bytes=settings.queue_max_bytes),
        limits=BatchLimits(
            max_commands=settings.batch_max_commands,
            max_bytes=settings.batch_max_bytes,
            outcome_bound_seconds=settings.outcome_bound_seconds,
        ),
        on_logged=app[PUBLISHER].offer,
        metrics=app[SERVICE_METRICS].for_shard(shard),
        tracer=app[TRACER],
    )


async def _leader(app: web.Application) -> AsyncIterator[None]:
    settings = app[SETTINGS]
    leader = Leader(
        session=_session(settings, "leader"),
        publisher=app[PUBLISHER],
        metrics=app[SERVICE_METRICS],
        republish_per_second=settings.republish_per_second,
        partition_hours=settings.log_partition_hours,
        retention_hours=settings.log_retention_hours,
    )
    async with BackgroundTasks(on_death=app[LIFECYCLE].task_died) as tasks:
        tasks.start("leader", leader.run())
        yield


async def _marketplace(app: web.Application) -> AsyncIterator[None]:
    async with MarketplaceConsumer(
        url=app[SETTINGS].amqp_url.get_secret_value(),
        topology=_topology(),
        marketplace=app[MARKETPLACE],
        on_death=app[LIFECYCLE].task_died,
        on_topology_lost=app[METRICS].topology_losses("marketplace"),
        metrics=app[SERVICE_METRICS],
    ) as consumer:
        app[METRICS].watch_broker("marketplace", lambda: consumer.link.connected)
        app[HEALTH].add("marketplace", consumer.link.check, vital=False)
        yield


def _session(settings: Settings, name: str) -> Session:
    return Session(url=settings.session_url, name=name, timeout_seconds=settings.database_timeout_seconds)


def _topology() -> Topology:
    return Topology.model_validate_json(TOPOLOGY_FILE.read_bytes())
