"""`make mutants`: removes each guard of the product in turn, and shows the test that notices.

Ends non-zero if a guard can be removed without any test turning red, or if the catalogue no longer fits the code.
"""

import argparse
import queue
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from proof.mutants.catalogue import MUTANTS
from proof.mutants.mutant import Mutant
from proof.mutants.run import Verdict, Workplace

_WIDTH = max(len(mutant.guard) for mutant in MUTANTS)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, choices=(1, 2), default=2, help="guards removed at the same time")
    parser.add_argument("--only", default="", help="guards whose name, definition or tests contain this")
    options = parser.parse_args()
    chosen = [mutant for mutant in MUTANTS if options.only in f"{mutant.guard} {mutant.where} {mutant.tests}"]
    with tempfile.TemporaryDirectory(prefix="messaging-mutants-") as folder:
        verdicts = try_out(chosen, Path(folder), jobs=options.jobs)
    survivors = [verdict for verdict in verdicts if verdict.noticed_by is None]
    print(f"{len(verdicts)} guards removed one by one, {len(survivors)} without a test that turns red")
    return 1 if survivors or not verdicts else 0


def try_out(mutants: list[Mutant], folder: Path, *, jobs: int) -> list[Verdict]:
    free: queue.SimpleQueue[Workplace] = queue.SimpleQueue()
    for number in range(jobs):
        free.put(Workplace(folder / str(number)))

    def one(mutant: Mutant) -> Verdict:
        workplace = free.get()
        try:
            verdict = workplace.try_out(mutant)
        finally:
            free.put(workplace)
        _show(verdict)
        return verdict

    with ThreadPoolExecutor(jobs) as executor:
        return list(executor.map(one, mutants))


def _show(verdict: Verdict) -> None:
    outcome = verdict.complaint if verdict.noticed_by is None else f"red: {verdict.noticed_by}"
    mutant = verdict.mutant
    print(f"{mutant.guard:<{_WIDTH}}  {mutant.where}  {outcome}  ({verdict.seconds:.0f} s)", flush=True)


if __name__ == "__main__":
    sys.exit(main())
