"""`make bench`: measures the whole system, each scenario on a fresh one, and compares with the recorded run."""

import argparse
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figures import Figures, better
from benchmarks.options import Options
from benchmarks.pages.performance_tables import RECORDED
from benchmarks.plot import latency_plot
from benchmarks.quiet import QuietWatch
from benchmarks.record import Record, Run, current_commit, facts_of
from benchmarks.report import summary, table
from benchmarks.scenarios import SCENARIOS, load
from docs.generate import write_pages
from tests.kit.running.system import REPOSITORY

OUTPUT = REPOSITORY / ".local" / "bench" / "bench.json"
FLOORS = "floors"


def main() -> int:
    arguments = _arguments()
    chosen = [name.strip() for name in arguments.only.split(",") if name.strip()] or list(SCENARIOS)
    if unknown := [name for name in chosen if name not in SCENARIOS]:
        raise SystemExit(f"no such scenario: {', '.join(unknown)}. There are: {', '.join(SCENARIOS)}")
    if arguments.record and FLOORS not in chosen:
        chosen.insert(0, FLOORS)  # a figure is read against the floors of its own run
    # As an interrupt from the keyboard: otherwise the servers and services would stay behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    quick: bool = arguments.quick
    figures, runs = _measure(chosen, Options(quick=quick, seed=arguments.seed))
    recorded = Record.read(RECORDED)
    print("\n" + table(figures, recorded, quick=quick) + "\n\n" + summary(figures, recorded, runs, quick=quick))
    record = Record(figures, facts_of(runs) | ({"form": "quick: rough"} if quick else {}))
    _write(record, arguments.output)
    if arguments.record:
        _write(recorded.updated_by(record) if recorded else record, RECORDED)
        write_pages()
    if failed := [name for name in chosen if name not in runs]:
        print(f"could not be measured: {', '.join(failed)}")
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only", default="", help=f"scenarios, separated by commas; default: all of {', '.join(SCENARIOS)}"
    )
    parser.add_argument(
        "--quick", action="store_true", help="the short form of each: shows that all works, figures are rough"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the schedules")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where the figures go, and the plot beside them")
    parser.add_argument(
        "--record", action="store_true", help="make this the run that later ones are compared with; runs the floors too"
    )
    arguments = parser.parse_args()
    if arguments.record and arguments.quick:
        parser.error("a quick run is too rough to be recorded")
    return arguments


def _measure(chosen: list[str], options: Options) -> tuple[Figures, dict[str, Run]]:
    """The figures, and the circumstances of each scenario that ran. One that fails stops no other."""
    figures: Figures = {}
    runs: dict[str, Run] = {}
    for name in chosen:
        scenario = load(name)
        print(f"{name}: {(scenario.__doc__ or '').splitlines()[0]}", flush=True)
        began, commit, watch, since = datetime.now(UTC), current_commit(), QuietWatch(), time.monotonic()
        try:
            found = scenario.run(options)
        except Exception as error:
            print(f"  failed: {error!r}", flush=True)
            continue
        for figure in found:
            better(figure)  # refuses a name without a unit
        figures |= found
        runs[name] = Run(began, commit, watch.disturbance())
        print(f"  {time.monotonic() - since:.0f} s; {runs[name].disturbance.text}", flush=True)
    return figures, runs


def _write(record: Record, path: Path) -> None:
    record.write(path)
    if plot := latency_plot(record.figures):
        path.with_suffix(".svg").write_text(plot, encoding="utf-8")
    print(f"written: {path}")


if __name__ == "__main__":
    sys.exit(main())
