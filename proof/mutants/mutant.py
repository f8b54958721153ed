"""One guard of the product, the way to remove it, and the tests that must notice."""

from dataclasses import dataclass, replace

from proof.mutants.damage import Damage


@dataclass(frozen=True)
class Mutant:
    guard: str
    where: str
    """The definition that holds the guard, as definitions.py finds it."""
    damage: Damage
    test: str = ""
    """Part of the name of the tests that suffice; without it, all tests of the file run."""
    tests: str = ""
    """Their file."""


def noticed_by(tests: str, *mutants: Mutant) -> tuple[Mutant, ...]:
    """Mutants that must make a test of this file fail."""
    return tuple(replace(mutant, tests=tests) for mutant in mutants)
