"""Runs as files: flat JSON, figures and facts side by side. The names of facts begin with `about.`."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import psutil

from tests.bench.figures import Figures
from tests.bench.scenarios import SCENARIOS
from tests.support.system import REPOSITORY

_ABOUT = "about."

Fact = str | int


@dataclass(frozen=True)
class Record:
    """Figures of a run, or of the last run of each scenario, and what they were measured on."""

    figures: Figures
    facts: dict[str, Fact]

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """None when there is no such file."""
        if not path.exists():
            return None
        entries = json.loads(path.read_text(encoding="utf-8"))
        facts = {name.removeprefix(_ABOUT): value for name, value in entries.items() if name.startswith(_ABOUT)}
        return cls({name: value for name, value in entries.items() if not name.startswith(_ABOUT)}, facts)

    def write(self, path: Path) -> None:
        """Facts first."""
        entries: dict[str, Fact | float] = {_ABOUT + name: value for name, value in self.facts.items()}
        entries |= {name: _rounded(value) for name, value in self.figures.items()}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")

    def updated_by(self, newer: "Record") -> "Record":
        """The newer run over this one; what it did not measure stays, with its scenario's own date."""
        measured = {_subject(name) for name in newer.figures}
        kept = {name: value for name, value in self.figures.items() if _subject(name) not in measured}
        merged = kept | newer.figures
        return Record({name: merged[name] for name in sorted(merged, key=_place)}, self.facts | newer.facts)


def facts_of(scenarios: Mapping[str, float], *, quick: bool) -> dict[str, Fact]:
    """This machine, and for each scenario when it ran, on which sources, beside how many cores busy with others."""
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    ran = f"{now}, {_commit()}{', quick' if quick else ''}"
    return {
        "processor": _processor(),
        "cores_count": os.cpu_count() or 0,
        "memory_mib": psutil.virtual_memory().total // 2**20,
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        **{f"{name}.ran": f"{ran}, others used {others:.2f} cores" for name, others in scenarios.items()},
    }


def _subject(figure: str) -> str:
    return figure.partition(".")[0]


def _place(figure: str) -> int:
    """Scenarios in the order in which they run; within one, as they were."""
    return next((place for place, name in enumerate(SCENARIOS) if figure.startswith(name)), len(SCENARIOS))


def _rounded(value: float) -> float:
    """Four significant digits: no run repeats more."""
    return float(f"{value:.4g}")


def _commit() -> str:
    """With a plus sign when sources differ from it."""

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=False)
        return done.stdout.strip() if done.returncode == 0 else ""

    changed = git("status", "--porcelain", "--untracked-files=no", "--", "services", "chassis", "contracts")
    return (git("rev-parse", "--short", "HEAD") or "no repository") + ("+" if changed else "")


def _processor() -> str:
    """The model's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
