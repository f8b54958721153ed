"""Whether the machine did anything else meanwhile, and whether it was there at all."""

import os
import time
from dataclasses import dataclass

import psutil

QUIET_CORES = 0.1
"""With others busier than this, the figures are not those of this machine."""


@dataclass(frozen=True)
class Disturbance:
    """In the mean, over the length of a scenario."""

    other_cores: float
    """Used by processes that are neither ours nor our children's."""
    stolen_cores: float
    """On a virtual machine: what the host gave to somebody else while a process here was ready to run."""

    @property
    def quiet(self) -> bool:
        """Whether other processes' usage is negligible. Steal time is reported but not judged."""
        return self.other_cores <= QUIET_CORES

    @property
    def text(self) -> str:
        warning = "" if self.quiet else f" (above {QUIET_CORES}: NOT QUIET)"
        return f"others used {self.other_cores:.2f} cores{warning}, the host stole {self.stolen_cores:.2f}"


class QuietWatch:
    """Sees how quiet the machine is from when this was made."""

    def __init__(self) -> None:
        self._before, self._made_at = _processor_seconds(), time.monotonic()

    def disturbance(self) -> Disturbance:
        """So far. Our children count as ours once they have ended."""
        seconds, (others, stolen) = time.monotonic() - self._made_at, _processor_seconds()
        return Disturbance(
            other_cores=max(0.0, others - self._before[0]) / seconds,
            stolen_cores=max(0.0, stolen - self._before[1]) / seconds,
        )


def _processor_seconds() -> tuple[float, float]:
    """Of processes that are neither ours nor our ended children; and stolen.

    Interrupts are in neither: most are the kernel's work for our own sockets and disks.
    """
    times, ours = psutil.cpu_times(), os.times()
    processes = times.user + times.system + getattr(times, "nice", 0.0)
    used = ours.user + ours.system + ours.children_user + ours.children_system
    return processes - used, getattr(times, "steal", 0.0)
