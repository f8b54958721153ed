"""Whether the machine did anything else meanwhile."""

import os
import time

import psutil


class OtherProcesses:
    """What others have used of the processors since this was made."""

    def __init__(self) -> None:
        self._used_before, self._made_at = _used_by_others(), time.monotonic()

    def cores(self) -> float:
        """In the mean. Our children count as ours once they have ended."""
        return max(0.0, _used_by_others() - self._used_before) / (time.monotonic() - self._made_at)


def _used_by_others() -> float:
    """Processor seconds of the machine that are neither ours nor our ended children's."""
    times = psutil.cpu_times()
    busy = sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0)
    ours = os.times()
    return busy - ours.user - ours.system - ours.children_user - ours.children_system
