"""How long the fuzzing goes on: short and always the same in `make test`, long and ever different in `make fuzz`."""

import os
import random
from collections.abc import Callable
from typing import TypeVar

from hypothesis import HealthCheck, Phase, seed, settings

SHORT_EXAMPLES = 50
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", SHORT_EXAMPLES))
SEED = int(os.environ["FUZZ_SEED"]) if "FUZZ_SEED" in os.environ else None
REPEATABLE = SEED is None and EXAMPLES == SHORT_EXAMPLES
_SEED = SEED if SEED is not None else random.SystemRandom().randrange(2**32)

Test = TypeVar("Test", bound=Callable[..., object])


def fuzzed(*, share: float = 1.0) -> Callable[[Test], Test]:
    """Run this test for its share of the examples."""

    def decorate(test: Test) -> Test:
        configured = fuzz_settings(share=share)(test)
        return configured if REPEATABLE else seed(_SEED)(configured)

    return decorate


def fuzz_settings(*, share: float = 1.0) -> settings:
    return settings(
        max_examples=max(1, round(EXAMPLES * share)),
        derandomize=REPEATABLE,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        # The world is made once and examples do not disturb each other: that is what is being tested.
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def summary() -> str:
    """What to write down to see it again."""
    again = "always the same" if REPEATABLE else f"again with FUZZ_EXAMPLES={EXAMPLES} FUZZ_SEED={_SEED}"
    return f"fuzzing: {EXAMPLES} examples, {again}"
