"""Every guard that has a mutant."""

from proof.mutants import guards_of_conversations, guards_of_delivery, guards_of_observability
from proof.mutants.mutant import Mutant

MUTANTS = tuple(
    Mutant(tests, guard, *at)
    for part in (guards_of_delivery, guards_of_conversations, guards_of_observability)
    for tests, guards in part.GUARDS.items()
    for guard, at in guards.items()
)
