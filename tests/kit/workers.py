"""How pytest-xdist's workers share the tests, so that few of them start the same system and none is idle at the end."""

from pathlib import Path

from xdist.scheduler.loadfile import LoadFileScheduling

from deploy.native.folders import REPOSITORY

_WITH_ONE_SYSTEM = ("tests/hostile/", "benchmarks/load/")
_BROWSERS = "tests/e2e/"
_BROWSER_WORKERS = 2  # each of them starts a system and a browser, and keeps a processor busy


class ShareSystems(LoadFileScheduling):  # type: ignore[misc]  # xdist declares no types
    """One file after the other, as `--dist loadfile`; a folder whose tests share a system goes to one worker.

    With `--no-loadscope-reorder` the tests start in the order of the command line.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if file.startswith(_BROWSERS):
            return f"{_BROWSERS}{_browser_files().index(file) % _BROWSER_WORKERS}"
        return next((folder for folder in _WITH_ONE_SYSTEM if file.startswith(folder)), file)


def _browser_files() -> list[str]:
    return sorted(path.relative_to(REPOSITORY).as_posix() for path in Path(REPOSITORY, _BROWSERS).glob("test_*.py"))
