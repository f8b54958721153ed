"""`make profile`: what every process does while 50 pairs talk, sampled from outside.

A sample belongs to the Python function that runs at that moment; what it calls in C (orjson, pydantic, the kernel)
counts as its own. PostgreSQL and the broker are not Python: of them there is the processor time only.
"""

import argparse
import re
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import uvloop

from benchmarks.load.pairs import run_closed_loop
from benchmarks.load.target import target_of
from benchmarks.stage import measured_system, processor_seconds
from deploy.native.folders import REPOSITORY
from tests.kit.running.system import Service, System

SAMPLES_PER_SECOND = 200
ENDING_SECONDS = 30.0
SHOWN = 6

_FRAME = re.compile(r"(?P<function>.+) \((?P<file>[^)]*?)(:\d+)?\)$")
_PACKAGE = re.compile(r"/site-packages/(?P<name>[^/]+)")
_LOOP = "asyncio/runners.py"  # of all Python's frames only this one is there while uvloop itself works


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=15.0)
    options = parser.parse_args()
    with measured_system() as system, tempfile.TemporaryDirectory(prefix="messaging-profile-") as folder:
        services = [system.conversations, *system.delivery, system.notifications]
        with _sampled(services, Path(folder)) as samples:
            _print_cores(system, pairs=options.pairs, seconds=options.seconds)
        for service, file in zip(services, samples, strict=True):
            _print_parts(service.name, file.read_text())
    return 0


def shares(folded: str) -> tuple[Counter[str], Counter[str]]:
    """Samples by library and by our own function, from lines of `frame;frame;… count`, outermost frame first."""
    libraries, functions = Counter[str](), Counter[str]()
    for line in folded.splitlines():
        stack, _, count = line.rpartition(" ")
        found = _FRAME.match(stack.rpartition(";")[2])
        if found is None:
            libraries["unknown"] += int(count)
            continue
        library = _library(found["file"])
        libraries[library] += int(count)
        if library == "ours":
            functions[f"{found['function']} ({Path(found['file']).name})"] += int(count)
    return libraries, functions


def _library(file: str) -> str:
    package = _PACKAGE.search(file)
    if package is not None:
        return package["name"]
    if file.endswith(_LOOP):
        return "uvloop and the kernel"
    return "ours" if file.startswith(str(REPOSITORY)) else "Python's own library"


@contextmanager
def _sampled(services: list[Service], folder: Path) -> Iterator[list[Path]]:
    """The files are written when the block has ended."""
    files = [folder / f"{number}.folded" for number in range(len(services))]
    with ExitStack() as stack:
        for service, file in zip(services, files, strict=True):
            assert service.process is not None
            stack.enter_context(_sampler(service.process.pid, file))
        yield files


@contextmanager
def _sampler(pid: int, file: Path) -> Iterator[None]:
    program = Path(sys.executable).with_name("py-spy")
    form = ["--nonblocking", "--full-filenames", "--format", "raw", "--rate", str(SAMPLES_PER_SECOND)]
    where = ["--duration", "unlimited", "--output", str(file), "--pid", str(pid)]
    sampler = subprocess.Popen([program, "record", *form, *where], stdout=subprocess.DEVNULL)
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


def _print_parts(name: str, folded: str) -> None:
    libraries, functions = shares(folded)
    total = libraries.total() or 1
    print(f"\n{name}: {_largest(libraries, total)}\n  of ours: {_largest(functions, total)}")


def _largest(counts: Mapping[str, int], total: int) -> str:
    return ", ".join(f"{name} {100 * count / total:.0f} %" for name, count in Counter(counts).most_common(SHOWN))


if __name__ == "__main__":
    sys.exit(main())
