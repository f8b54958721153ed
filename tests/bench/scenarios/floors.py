"""What the machine can do: bare inserts, bare sockets, the bare broker. Every other figure is read against these."""

import uvloop

from tests.bench.figures import Figures
from tests.bench.floors.commits import commit_batches, prepare
from tests.bench.floors.echo import call_echo, echo_server
from tests.bench.floors.fan_out import carry
from tests.bench.options import Options
from tests.bench.percentiles import latency_figures
from tests.bench.stage import measured_system

BATCH = 50  # messages: about what 50 pairs make of a batch
IN_FLIGHT = 64  # broker messages


def run(options: Options) -> Figures:
    seconds = options.choose(full=3.0, quick=0.5)
    with measured_system(services=False) as system:
        figures = uvloop.run(_commits(system.database_url, seconds))
        figures |= uvloop.run(_broker(system.rabbitmq.url, seconds))
    with echo_server() as url:
        figures |= uvloop.run(_sockets(url, seconds))
    steps = ("echo_1", "commit_1", "broker_1")
    figures["floors.one_message_p50_ms"] = sum(figures[f"floors.{step}_p50_ms"] for step in steps)
    return figures


async def _commits(database_url: str, seconds: float) -> Figures:
    await prepare(database_url)
    one = await commit_batches(database_url, batch=1, connections=1, seconds=seconds)
    batches = await commit_batches(database_url, batch=BATCH, connections=1, seconds=seconds)
    separate = await commit_batches(database_url, batch=1, connections=BATCH, seconds=seconds)
    return {
        **latency_figures("floors.commit_1", one.took),
        f"floors.commit_batches_of_{BATCH}_messages_per_second": batches.rate,
        **latency_figures(f"floors.commit_batch_of_{BATCH}", batches.took),
        f"floors.commit_separately_over_{BATCH}_connections_messages_per_second": separate.rate,
    }


async def _sockets(url: str, seconds: float) -> Figures:
    one = await call_echo(url, sockets=1, seconds=seconds)
    many = await call_echo(url, sockets=BATCH, seconds=seconds)
    return {
        **latency_figures("floors.echo_1", one.took),
        f"floors.echo_{BATCH}_messages_per_second": many.rate,
        **latency_figures(f"floors.echo_{BATCH}", many.took),
    }


async def _broker(amqp_url: str, seconds: float) -> Figures:
    one = await carry(amqp_url, batch=1, in_flight=1, seconds=seconds)
    many = await carry(amqp_url, batch=1, in_flight=IN_FLIGHT, seconds=seconds)
    batches = await carry(amqp_url, batch=BATCH, in_flight=IN_FLIGHT, seconds=seconds)
    return {
        **latency_figures("floors.broker_1", one.took),
        "floors.broker_one_by_one_messages_per_second": many.rate,
        f"floors.broker_batches_of_{BATCH}_messages_per_second": batches.rate,
    }
