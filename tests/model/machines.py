"""Every machine, and how many schedules of it `make test` tries."""

from collections.abc import Mapping

from hypothesis.stateful import RuleBasedStateMachine

from tests.model.cursor_machine import Cursor
from tests.model.delivery_machine import Delivery
from tests.model.pending_machine import Queue

MACHINES: Mapping[type[RuleBasedStateMachine], int] = {Delivery: 120, Cursor: 50, Queue: 50}
