"""`make profile`: flame graphs of every Python process while 50 pairs talk, sampled from outside (py-spy).

PostgreSQL and the broker are not Python: of them there is the processor time only.
"""

import argparse
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import uvloop

from benchmarks.load.pairs import run_closed_loop
from benchmarks.load.target import target_of
from benchmarks.stage import measured_system, processor_seconds
from tests.kit.running.system import REPOSITORY, Service, System

FOLDER = REPOSITORY / ".local" / "profile"
SAMPLES_PER_SECOND = 200
ENDING_SECONDS = 30.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=15.0)
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with measured_system() as system, ExitStack() as stack:
        for service in (system.conversations, *system.delivery, system.notifications):
            stack.enter_context(_sampled(service, FOLDER / f"{service.name}.svg"))
        _print_cores(system, pairs=options.pairs, seconds=options.seconds)
    print(f"flame graphs: {FOLDER}")
    return 0


@contextmanager
def _sampled(service: Service, file: Path) -> Iterator[None]:
    """The flame graph is written when the block has ended."""
    assert service.process is not None
    program = Path(sys.executable).with_name("py-spy")
    options = ["--nonblocking", "--rate", str(SAMPLES_PER_SECOND), "--duration", "unlimited", "--output", str(file)]
    sampler = subprocess.Popen(
        [program, "record", *options, "--pid", str(service.process.pid)], stdout=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        sampler.send_signal(signal.SIGINT)  # it writes its file then
        sampler.wait(ENDING_SECONDS)


def _print_cores(system: System, *, pairs: int, seconds: float) -> None:
    measured = uvloop.run(
        run_closed_loop(target_of(system), pairs=pairs, seconds=seconds, meter=lambda: processor_seconds(system))
    )
    print(f"{pairs} pairs: {measured.rate:,.0f} messages/s, the samplers beside them")
    for part, used in measured.used.items():
        each = used / measured.used_for
        print(f"  {part:16} {1e6 * each:6.0f} µs a message  {each * measured.rate:5.2f} cores")


if __name__ == "__main__":
    sys.exit(main())
