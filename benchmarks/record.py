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

from benchmarks.figures import Figures
from benchmarks.quiet import Disturbance
from benchmarks.scenarios import SCENARIOS
from tests.kit.running.system import REPOSITORY

_ABOUT = "about."
_RAN = ".ran"
# The measured code, and the code that measures it.
_SOURCES = ("chassis", "contracts", "deploy", "requirements", "services", "benchmarks", "benchmarks/load", "tests/kit")

Fact = str | int


@dataclass(frozen=True)
class Run:
    began: datetime
    commit: str
    """As `current_commit` told it then."""
    disturbance: Disturbance

    @property
    def text(self) -> str:
        return f"{self.began.astimezone(UTC):%Y-%m-%d %H:%M UTC}, {self.commit}, {self.disturbance.text}"


@dataclass(frozen=True)
class Record:
    """Figures of a run, or of the last run of each scenario, and what they were measured on."""

    figures: Figures
    facts: dict[str, Fact]

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """None if the file does not exist."""
        if not path.exists():
            return None
        entries = json.loads(path.read_text(encoding="utf-8"))
        facts = {name.removeprefix(_ABOUT): value for name, value in entries.items() if name.startswith(_ABOUT)}
        return cls({name: value for name, value in entries.items() if not name.startswith(_ABOUT)}, facts)

    def write(self, path: Path) -> None:
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


def facts_of(runs: Mapping[str, Run]) -> dict[str, Fact]:
    """This machine, and for each scenario when it ran, on which sources, and how quiet the machine was."""
    return {
        "processor": _processor(),
        "cores_count": os.cpu_count() or 0,
        "memory_mib": psutil.virtual_memory().total // 2**20,
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        **{name + _RAN: run.text for name, run in runs.items()},
    }


def current_commit() -> str:
    """With a plus sign when sources of the system or of the benchmark differ from it, or are new."""
    changed = _git("status", "--porcelain", "--", *_SOURCES)
    return (_git("rev-parse", "--short", "HEAD") or "no repository") + ("+" if changed else "")


def _subject(figure: str) -> str:
    return figure.partition(".")[0]


def _place(figure: str) -> int:
    """Scenarios in the order in which they run; within one, as they were."""
    return next((place for place, name in enumerate(SCENARIOS) if figure.startswith(name)), len(SCENARIOS))


def _rounded(value: float) -> float:
    """Four significant digits: no run repeats more."""
    return float(f"{value:.4g}")


def _git(*arguments: str) -> str:
    """The command's output; empty if it fails."""
    done = subprocess.run(["git", *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _processor() -> str:
    """The processor's model name, if the system reports it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
