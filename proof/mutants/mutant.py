"""One guard of the product, the way to remove it, and the tests that must notice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from proof.mutants.damage import Damage


class At(NamedTuple):
    """Where a guard is, and how it is removed."""

    where: str
    """The definition that holds the guard, as definitions.py finds it."""
    damage: Damage
    test: str = ""
    """Part of the name of the tests that suffice; without it, all tests of the file run."""


Guards = Mapping[str, Mapping[str, At]]
"""By the file of the tests that must notice, and by what each guards, in words."""


@dataclass(frozen=True)
class Mutant:
    tests: str
    """The file of the tests that must notice."""
    guard: str
    where: str
    damage: Damage
    test: str
