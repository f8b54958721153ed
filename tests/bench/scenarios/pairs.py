"""Pairs of people who answer each other as fast as they can: the most the system carries, and what a message costs."""

import uvloop

from tests.bench.figures import Figures
from tests.bench.message_figures import message_figures
from tests.bench.options import Options
from tests.bench.stage import measured_system, processor_seconds
from tests.load.pairs import run_closed_loop
from tests.load.target import target_of


def run(options: Options) -> Figures:
    figures: Figures = {}
    with measured_system() as system:
        for pairs in options.choose(full=(1, 50, 200), quick=(1, 50)):
            measured = uvloop.run(
                run_closed_loop(
                    target_of(system),
                    pairs=pairs,
                    seconds=options.choose(full=10.0, quick=2.0),
                    name=f"pairs-{pairs}",
                    meter=lambda: processor_seconds(system),
                )
            )
            figures |= message_figures(f"pairs_{pairs}", measured)
    return figures
