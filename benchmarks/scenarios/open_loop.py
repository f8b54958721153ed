"""Messages at fixed rates, whatever the system does: latency against load, counted from when a message was due."""

import uvloop

from benchmarks.figures import Figures
from benchmarks.load.ledger import Ledger
from benchmarks.load.open_loop import poisson_schedule, run_open_loop
from benchmarks.load.pairs import connect_pairs
from benchmarks.load.talker import Talker
from benchmarks.load.target import Target, target_of
from benchmarks.load.window import Measured, Meter
from benchmarks.message_figures import message_figures, reached_target
from benchmarks.options import Options
from benchmarks.percentiles import latency_figures
from benchmarks.stage import measured_system, processor_seconds

RATES = (200, 1_000, 3_000, 6_000)
PAIRS = 250
WARM_UP_SECONDS = 2.0


def run(options: Options) -> Figures:
    figures: Figures = {}
    with measured_system() as system:
        for rate in options.choose(full=RATES, quick=RATES[:2]):
            measured = uvloop.run(play_rate(rate, options, target_of(system), lambda: processor_seconds(system)))
            subject = f"open_loop_{rate}"
            figures |= message_figures(subject, measured, names=("p50", "p99", "p999"))
            figures |= latency_figures(f"{subject}.sent_late", measured.sent_late, names=("p99",))
            figures |= reached_target(subject, measured)
    return figures


async def play_rate(rate: int, options: Options, target: Target, meter: Meter, urls: tuple[str, ...] = ()) -> Measured:
    """One rate, over sockets of its own."""
    seconds = WARM_UP_SECONDS + options.choose(full=12.0, quick=2.0)
    ledger, pairs = Ledger(f"open-{rate}"), options.choose(full=PAIRS, quick=20)
    talkers = await connect_pairs(target, ledger, Talker, pairs=pairs, name=f"open-{rate}", urls=urls)
    schedule = poisson_schedule(rate=rate, seconds=seconds, senders=len(talkers), seed=options.seed)
    measured = await run_open_loop(talkers, ledger, schedule, warm_up=WARM_UP_SECONDS, meter=meter)
    for talker in talkers:
        talker.disconnect()
    return measured
