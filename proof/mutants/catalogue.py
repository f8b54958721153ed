"""Every guard that has a mutant."""

from proof.mutants import guards_of_conversations, guards_of_delivery, guards_of_observability

MUTANTS = (*guards_of_delivery.GUARDS, *guards_of_conversations.GUARDS, *guards_of_observability.GUARDS)
