"""`make model`: the machines with new schedules, round after round, until the time is up or a promise is broken.

Every round prints its seed; `make model SEED=…` repeats it.
"""

import argparse
import random
import time

from hypothesis import seed
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machines import MACHINES
from tests.model.profiles import long, quiet, short

EXAMPLES = 200  # of each machine in a round


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="begin no further round after this")
    parser.add_argument("--seed", type=int, help="one round, with this seed")
    parser.add_argument("--short", action="store_true", help="the schedules of `make test`, and shrink a broken one")
    options = parser.parse_args()
    with quiet():
        if options.short:
            run_short()
        elif options.seed is not None:
            run_round(options.seed)
        else:
            run_rounds(options.minutes * 60)


def run_rounds(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        run_round(random.SystemRandom().randrange(1_000_000_000))


def run_round(number: int) -> None:
    """Raises what the first broken promise raised, with the shortest schedule that breaks it."""
    print(f"seed {number}:", end=" ", flush=True)
    for machine in MACHINES:
        began = time.monotonic()
        run_state_machine_as_test(seed(number)(machine), settings=long(EXAMPLES))
        print(f"{machine.__name__} {EXAMPLES} runs in {time.monotonic() - began:.0f} s,", end=" ", flush=True)
    print("all promises kept")


def run_short() -> None:
    for machine, examples in MACHINES.items():
        run_state_machine_as_test(machine, settings=short(examples, shrink=True))


if __name__ == "__main__":
    main()
