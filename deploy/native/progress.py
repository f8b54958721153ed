"""Lines that say what takes its time, and how long it took."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say what begins, and when the block is done how many seconds it took."""
    begun = time.monotonic()
    say(f"{what} …")
    yield
    say(f"  done in {time.monotonic() - begun:.1f} s")


def say(text: str) -> None:
    print(text, flush=True)


def complain(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
