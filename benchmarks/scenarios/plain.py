"""The plainest comparable server under the same loops: one transaction for each message, nothing between."""

import uvloop

from benchmarks.figures import Figures
from benchmarks.load.pairs import run_closed_loop
from benchmarks.message_figures import message_figures, reached_target
from benchmarks.options import Options
from benchmarks.rival.running import PlainSystem, plain_system
from benchmarks.scenarios.open_loop import play_rate

RATE = 1_000


def run(options: Options) -> Figures:
    figures: Figures = {}
    with plain_system() as system:
        for pairs in options.choose(full=(1, 50, 200), quick=(1, 50)):
            figures |= _closed_loop(system, pairs, seconds=options.choose(full=4.0, quick=2.0))
        figures |= _open_loop(system, options)
    return figures


def _closed_loop(system: PlainSystem, pairs: int, *, seconds: float) -> Figures:
    measured = uvloop.run(
        run_closed_loop(
            system.target, pairs=pairs, seconds=seconds, name=f"pairs-{pairs}", meter=system.processor_seconds
        )
    )
    return message_figures(f"plain_{pairs}", measured)


def _open_loop(system: PlainSystem, options: Options) -> Figures:
    subject = f"plain_open_loop_{RATE}"
    measured = uvloop.run(play_rate(RATE, options, system.target, system.processor_seconds))
    return message_figures(subject, measured, names=("p50", "p99", "p999")) | reached_target(subject, measured)
