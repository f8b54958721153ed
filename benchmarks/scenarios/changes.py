"""The latency of messages while others are edited: one schedule, alternately with no edits and 1 per 20 messages."""

import uvloop

from benchmarks.figures import Figures
from benchmarks.load.editor import Editor
from benchmarks.load.ledger import Ledger
from benchmarks.load.open_loop import poisson_schedule, run_open_loop
from benchmarks.load.pairs import connect_pairs
from benchmarks.load.talker import Talker
from benchmarks.load.target import Target, target_of
from benchmarks.options import Options
from benchmarks.percentiles import latency_figures
from benchmarks.stage import measured_system

RATE = 1_000
PAIRS = 100
WARM_UP_SECONDS = 1.0
NAMES = ("p50", "p99")
KINDS: dict[str, type[Talker]] = {"without": Talker, "with": Editor}


def run(options: Options) -> Figures:
    """Latencies of the sends alone, over all turns."""
    latencies: dict[str, list[float]] = {name: [] for name in KINDS}
    with measured_system() as system:
        for turn in range(options.choose(full=6, quick=1)):
            for name, kind in KINDS.items():
                latencies[name] += uvloop.run(_play(f"changes-{name}-{turn}", kind, options, target_of(system)))
    figures: Figures = {}
    for name, seconds in latencies.items():
        figures |= latency_figures(f"changes.{name}_edits_receipt", seconds, names=NAMES)
    return figures


async def _play(name: str, kind: type[Talker], options: Options, target: Target) -> list[float]:
    """One turn, over sockets of its own; seconds from when each message was due until it was received."""
    seconds = WARM_UP_SECONDS + options.choose(full=8.0, quick=1.0)
    ledger, pairs = Ledger(name), options.choose(full=PAIRS, quick=20)
    talkers = await connect_pairs(target, ledger, kind, pairs=pairs, name=name)
    schedule = poisson_schedule(rate=RATE, seconds=seconds, senders=len(talkers), seed=options.seed)
    measured = await run_open_loop(talkers, ledger, schedule, warm_up=WARM_UP_SECONDS)
    for talker in talkers:
        talker.disconnect()
    return list(measured.to_receipt)
