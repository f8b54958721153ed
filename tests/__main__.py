"""All tests, and beside them the checks of types, imports and the web client; what failed stands at the end."""

import subprocess
import sys
import tempfile
from pathlib import Path

# Those that take long start first.
_TESTS = "tests/e2e proof/faults tests/hostile benchmarks/load tests/integration tests/model tests/contract tests/unit"
_WORKERS = 4  # of two processors: many tests wait
_PYTEST = ("pytest", "-q", "-n", f"{_WORKERS}", "--dist", "loadfile", "--no-loadscope-reorder", *_TESTS.split())
_CHECKS = {
    "types and imports": ("make", "static"),
    "web client": (sys.executable, "-m", "deploy.native.web", "check"),
}


def main() -> int:
    """Run everything, show what failed, and return the status of the process."""
    with tempfile.TemporaryDirectory(prefix="messaging-checks-") as folder:
        outputs = {name: Path(folder, name) for name in _CHECKS}
        checks = {}
        for name, command in _CHECKS.items():
            with outputs[name].open("wb") as output:
                checks[name] = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        failed = [] if subprocess.run([sys.executable, "-m", *_PYTEST], check=False).returncode == 0 else ["pytest"]
        for name, check in checks.items():
            if check.wait() != 0:
                failed.append(name)
                print(f"\n{f' {name} ':=^80}\n{outputs[name].read_text(errors='replace')}")
    print(f"Failed: {', '.join(failed)}" if failed else "All tests and checks passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
