"""The limits of the machine: bare inserts and bare aiohttp. Every other figure is read against these.

Each floor warms up before it counts.
"""

import uvloop

from benchmarks.figures import Figures
from benchmarks.floors.bare import bare_server, call_echo, kib_per_idle_socket, post_commands
from benchmarks.floors.commits import commit_batches, prepare
from benchmarks.load.crowd import allow_files
from benchmarks.options import Options
from benchmarks.percentiles import latency_figures
from benchmarks.stage import measured_system
from tests.kit.running.system import Service

BATCH = 50  # messages: about what 50 pairs make of a batch
# The way of a message to the recipient of the same replica: the answer to the command brings what was logged, so the
# broker is not waited for (docs/decisions/0010-answers-bring-the-log.md).
WAY_OF_ONE_MESSAGE = ("echo_1", "http_1", "commit_1")


def run(options: Options) -> Figures:
    """`floors.one_message_p50_ms` is what stands in the way of a message on an idle system, one after the other."""
    seconds, sockets = options.choose(full=3.0, quick=0.5), options.choose(full=2_000, quick=200)
    allow_files(sockets)
    with measured_system(services=False) as system:
        figures = uvloop.run(_commits(system.database_url, seconds))
    with bare_server() as server:
        figures |= uvloop.run(_bare(server, seconds, sockets))
    figures["floors.one_message_p50_ms"] = sum(figures[f"floors.{step}_p50_ms"] for step in WAY_OF_ONE_MESSAGE)
    return figures


async def _commits(database_url: str, seconds: float) -> Figures:
    await prepare(database_url)
    one = await commit_batches(database_url, batch=1, connections=1, seconds=seconds)
    batches = await commit_batches(database_url, batch=BATCH, connections=1, seconds=seconds)
    separate = await commit_batches(database_url, batch=1, connections=BATCH, seconds=seconds)
    return {
        **latency_figures("floors.commit_1", one.took),
        f"floors.commit_batches_of_{BATCH}_messages_per_second": BATCH * batches.per_second,
        **latency_figures(f"floors.commit_batch_of_{BATCH}", batches.took),
        f"floors.commit_separately_over_{BATCH}_connections_messages_per_second": separate.per_second,
    }


async def _bare(server: Service, seconds: float, sockets: int) -> Figures:
    one = await call_echo(server, sockets=1, seconds=seconds)
    many = await call_echo(server, sockets=BATCH, seconds=seconds)
    posted = await post_commands(server, seconds=seconds)
    return {
        **latency_figures("floors.echo_1", one.took),
        f"floors.echo_{BATCH}_messages_per_second": many.per_second,
        **latency_figures(f"floors.echo_{BATCH}", many.took),
        **latency_figures("floors.http_1", posted.took),
        "floors.aiohttp_kib_per_idle_socket": await kib_per_idle_socket(server, sockets=sockets),
    }
