"""Every guard that has a mutant."""

from proof.mutants import guards_of_conversations as conversations
from proof.mutants import guards_of_delivery as delivery
from proof.mutants import guards_of_observability as observability
from proof.mutants.mutant import Mutant

MUTANTS: tuple[Mutant, ...] = (
    *delivery.STREAM,
    *delivery.RESUME,
    *delivery.SOCKETS,
    *delivery.COMMANDS,
    *conversations.RULES,
    *conversations.DEADLINES,
    *conversations.PUBLISHING,
    *conversations.ACCESS,
    *conversations.NOTIFICATIONS,
    *observability.FIGURES,
    *observability.TRACES,
    *observability.ENDINGS,
)
