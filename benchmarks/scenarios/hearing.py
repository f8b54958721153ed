"""The cost of a message in a replica without its recipients: receiving it in delivery, and carrying it there.

All sockets are on the first replica. The further ones run, do not run, and run again, at each rate, so that a machine
that grows slower meanwhile is slower for both.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from statistics import mean

import uvloop

from benchmarks.figures import Figures
from benchmarks.load.ledger import Ledger
from benchmarks.load.open_loop import poisson_schedule, run_open_loop
from benchmarks.load.pairs import connect_pairs
from benchmarks.load.talker import Talker
from benchmarks.load.target import Target, target_of
from benchmarks.load.window import Measured, Meter
from benchmarks.options import Options
from benchmarks.stage import family_seconds, measured_system, processor_seconds
from tests.kit.running.system import Service, System

RATES = (200, 3_000)
FURTHER_REPLICAS = 3
PAIRS = 40
WARM_UP_SECONDS = 0.5
DELIVERY, BROKER = "delivery", "rabbitmq"
FURTHER = "further"


def run(options: Options) -> Figures:
    """Per message and further replica; each rate has two windows with the further replicas and two without."""
    heard: dict[int, list[Measured]] = defaultdict(list)
    unheard: dict[int, list[Measured]] = defaultdict(list)
    with measured_system(delivery_replicas=1 + FURTHER_REPLICAS) as system:
        first, *further = system.delivery
        stage = replace(system, delivery=[first])
        _play(RATES, heard, stage, further, options)
        for service in further:
            service.stop()
        _play((*RATES, *reversed(RATES)), unheard, stage, (), options)
        for service in further:
            service.start(wait=False)
        for service in further:
            service.wait_until_ready()
        _play(tuple(reversed(RATES)), heard, stage, further, options)
    figures: Figures = {}
    for rate in RATES:
        figures |= hearing_figures(f"hearing_{rate}", heard[rate], unheard[rate])
    return figures


def hearing_figures(subject: str, heard: Sequence[Measured], unheard: Sequence[Measured]) -> Figures:
    """Delivery's cost is that of the further replicas; the broker's is a difference, and perhaps an upper bound."""
    seconds = sum(one.used[FURTHER] for one in heard)
    us_per_message = {DELIVERY: 1e6 * seconds / sum(one.used_for for one in heard)}
    if all(BROKER in one.used for one in (*heard, *unheard)):  # in a container, its processes are not ours to count
        difference, resolution = added(_of_broker(heard), _of_broker(unheard))
        us_per_message |= {BROKER: max(difference, resolution), f"{BROKER}_resolution": resolution}
    return {
        f"{subject}.{what}_us_per_message_per_replica": us / FURTHER_REPLICAS for what, us in us_per_message.items()
    }


def added(having: Sequence[float], lacking: Sequence[float]) -> tuple[float, float]:
    """The difference of the means, and its resolution, below which the difference says nothing.

    Windows of one kind should be the same, so that their range is noise; so is a negative difference, all of it.
    """
    difference = mean(having) - mean(lacking)
    return difference, max(*(max(values) - min(values) for values in (having, lacking)), -difference)


def _of_broker(windows: Sequence[Measured]) -> list[float]:
    """Processor time, in µs a message."""
    return [1e6 * one.used[BROKER] / one.used_for for one in windows]


def _play(
    rates: Sequence[int], into: dict[int, list[Measured]], stage: System, further: Sequence[Service], options: Options
) -> None:
    """A window at each rate; `stage` has the one replica with sockets, `further` are those without that run."""

    def meter() -> dict[str, float]:
        pids = (service.process.pid for service in further if service.process is not None)
        return {**processor_seconds(stage), FURTHER: sum(map(family_seconds, pids))}

    for rate in rates:
        run_name = f"hearing-{rate}-{len(further)}-{len(into[rate])}"
        into[rate].append(uvloop.run(_play_rate(rate, run_name, target_of(stage), meter, options)))


async def _play_rate(rate: int, name: str, target: Target, meter: Meter, options: Options) -> Measured:
    """One window, over sockets of its own; the people are the same each time."""
    ledger, seconds = Ledger(name), WARM_UP_SECONDS + options.choose(full=2.2, quick=1.0)
    talkers = await connect_pairs(target, ledger, Talker, pairs=PAIRS, name="hearing")
    schedule = poisson_schedule(rate=rate, seconds=seconds, senders=len(talkers), seed=options.seed)
    measured = await run_open_loop(talkers, ledger, schedule, warm_up=WARM_UP_SECONDS, meter=meter)
    for talker in talkers:
        talker.disconnect()
    return measured
