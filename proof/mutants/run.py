"""Removes one guard from a copy of the tree, and runs the tests that must notice."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from deploy.native.folders import REPOSITORY
from proof.mutants.damage import DoesNotApply
from proof.mutants.definitions import damaged
from proof.mutants.mutant import Mutant
from tests.kit.running import servers

TREE = (
    *("chassis", "contracts", "services", "client", "deploy", "docs", "requirements"),
    *("tests", "benchmarks", "proof", "pyproject.toml"),
)
PLUGINS = ("-p", "pytest_asyncio.plugin", "-p", "pytest_timeout", "-p", "no:cacheprovider")  # others cost seconds
TEST_SECONDS = 90  # of a single test: most mutants are noticed at once, some by waiting in vain
RUN_SECONDS = 300
_FAILED = re.compile(r"^FAILED (\S+)", re.MULTILINE)
_TESTS_FAILED = 1  # pytest's exit status


@dataclass(frozen=True)
class Verdict:
    mutant: Mutant
    noticed_by: str | None
    complaint: str
    """Why it counts as not noticed."""
    seconds: float


class Workplace:
    """A copy of the tree, in which one guard at a time is missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written = 0
        for name in TREE:
            source = REPOSITORY / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "e2e"))
            else:
                shutil.copy(source, folder / name)
        (folder / ".local").symlink_to(REPOSITORY / ".local")  # where downloaded servers are

    def try_out(self, mutant: Mutant) -> Verdict:
        began = time.monotonic()
        try:
            file, text = damaged(self._folder, mutant.where, mutant.damage)
        except DoesNotApply as error:
            return Verdict(mutant, None, str(error), time.monotonic() - began)
        original = file.read_text(encoding="utf-8")
        try:
            self._write(file, text)
            noticed_by, complaint = self._run(mutant)
        finally:
            self._write(file, original)
        return Verdict(mutant, noticed_by, complaint, time.monotonic() - began)

    def _write(self, file: Path, text: str) -> None:
        """Python knows a compiled file by the second and size of its source: no two versions share a second."""
        self._written += 1
        file.write_text(text, encoding="utf-8")
        os.utime(file, (self._written, self._written))

    def _run(self, mutant: Mutant) -> tuple[str | None, str]:
        options = ["-q", "-x", "--tb=no", f"--timeout={TEST_SECONDS}", "-k", mutant.test, *PLUGINS]
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *options, mutant.tests],
            cwd=self._folder,
            env={servers.VARIABLE: "native", **os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            output, _ = process.communicate(timeout=RUN_SECONDS)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)  # it stops the servers it started
            output, _ = process.communicate()
        failed = _FAILED.search(output)
        if process.returncode == _TESTS_FAILED and failed is not None:
            return failed[1], ""
        return None, "SURVIVED" if process.returncode == 0 else f"the tests do not run: {_last_line(output)}"


def _last_line(output: str) -> str:
    lines = output.strip().splitlines()
    return lines[-1] if lines else "no output"
