"""Prints the steps of a command and their durations."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def step(what: str) -> Iterator[None]:
    """Print a step's name and, when the block is done, its duration."""
    begun = time.monotonic()
    say(f"{what} …")
    yield
    say(f"  done in {time.monotonic() - begun:.1f} s")


def say(text: str) -> None:
    print(text, flush=True)


def complain(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
