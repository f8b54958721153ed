"""One, two and four replicas of delivery under the same load: what each further one costs everybody.

In turns, three times; each figure, the ratios too, is the median of the rounds.
"""

from statistics import median

import uvloop

from benchmarks.figures import Figures
from benchmarks.load.target import target_of
from benchmarks.message_figures import reached_target
from benchmarks.options import Options
from benchmarks.percentiles import latency_figures
from benchmarks.scenarios.open_loop import play_rate
from benchmarks.stage import measured_system, processor_seconds

RATE = 1_000
PARTS = ("rabbitmq", "delivery", "conversations")


def run(options: Options) -> Figures:
    rounds = [_round(options) for _ in range(options.choose(full=3, quick=1))]
    return {name: median(figures[name] for figures in rounds) for name in rounds[0]}


def _round(options: Options) -> Figures:
    figures: Figures = {}
    for replicas in options.choose(full=(1, 2, 4), quick=(1, 2)):
        figures |= _with_replicas(replicas, options)
    for replicas in options.choose(full=(2, 4), quick=(2,)):
        for part in PARTS:
            cores = (figures[f"replicas_{number}.{part}_cores"] for number in (replicas, 1))
            figures[f"replicas_{replicas}.{part}_to_one_replica_ratio"] = next(cores) / next(cores)
    return figures


def _with_replicas(replicas: int, options: Options) -> Figures:
    subject = f"replicas_{replicas}"
    with measured_system(delivery_replicas=replicas) as system:
        urls = tuple(replica.url.replace("http", "ws", 1) + "/ws" for replica in system.delivery)
        measured = uvloop.run(play_rate(RATE, options, target_of(system), lambda: processor_seconds(system), urls=urls))
    return {
        **{f"{subject}.{part}_cores": measured.used[part] / measured.used_in_seconds for part in PARTS},
        **latency_figures(f"{subject}.receipt", measured.to_receipt),
        **reached_target(subject, measured),
    }
