"""Orders to a launcher in a service's process, through a file."""

import json
import os
import runpy
import sys
from pathlib import Path
from typing import Any


class Orders:
    """Written by the test, read in the process of the service whenever the launcher wants to know."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._written_at = 0
        self._read: dict[str, Any] = {}

    def give(self, **orders: Any) -> None:
        """Replace the orders in one step; without any, the service does what it always does."""
        unfinished = self.path.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(orders), encoding="utf-8")
        unfinished.replace(self.path)

    def read(self) -> tuple[dict[str, Any], bool]:
        """The orders, and whether they are new."""
        written_at = os.stat(self.path).st_mtime_ns  # noqa: PTH116 - asked for every message
        is_new = written_at != self._written_at
        if is_new:
            self._written_at = written_at
            self._read = json.loads(self.path.read_text(encoding="utf-8"))
        return self._read, is_new


def run_service(arguments: list[str]) -> None:
    """Run a module as `python -m` would, in this process."""
    sys.argv = arguments
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
