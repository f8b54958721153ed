"""What is measured, in the order in which it runs. Each module here has `run(options) -> Figures`."""

import importlib
from typing import Protocol, cast

from benchmarks.figures import Figures
from benchmarks.options import Options

SCENARIOS = (
    *("floors", "pairs", "plain", "open_loop", "changes", "hot_seller", "replicas"),
    *("hearing", "idle", "storm", "rest", "bytes"),
)


class Scenario(Protocol):
    __doc__: str | None

    def run(self, options: Options) -> Figures:
        """Start what it needs, measure, clean up. Raises when something does not work."""
        ...


def load(name: str) -> Scenario:
    return cast(Scenario, importlib.import_module(f"{__name__}.{name}"))
