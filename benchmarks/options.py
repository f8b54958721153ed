"""What the command line asks of every scenario."""

from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Options:
    """`quick` is the short form of every scenario: it shows that all works, its figures are rough."""

    quick: bool = False
    seed: int = 1

    def choose(self, *, full: T, quick: T) -> T:
        return quick if self.quick else full
