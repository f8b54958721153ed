"""How long the machines look, and how quietly."""

import contextlib
import logging
from collections.abc import Iterator

import structlog
from hypothesis import HealthCheck, Phase, settings

STEPS = 60

_ALWAYS = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))


def short(examples: int, *, shrink: bool = False) -> settings:
    """The same schedules in every run: a red test is red for everybody. Shrinking one takes minutes."""
    phases = tuple(Phase) if shrink else (Phase.generate,)
    return settings(_ALWAYS, max_examples=examples, stateful_step_count=STEPS, derandomize=True, phases=phases)


def long(examples: int) -> settings:
    """Other schedules for every seed, and longer ones."""
    return settings(_ALWAYS, max_examples=examples, stateful_step_count=2 * STEPS, report_multiple_bugs=False)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Thousands of faults would fill the log."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)
