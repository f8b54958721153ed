"""How pytest-xdist's workers share the tests, so that few of them start the same system and none is idle at the end."""

from collections import defaultdict

from xdist.scheduler.loadfile import LoadFileScheduling
from xdist.workermanage import WorkerController

_WORKERS_OF = {"tests/e2e/": 2, "tests/hostile/": 1, "benchmarks/load/": 1}
"""How many workers start the system that the tests of a folder share; for browser tests, a browser, too."""


class ShareSystems(LoadFileScheduling):  # type: ignore[misc]  # xdist declares no types
    """One file after the other, as `--dist loadfile`; a worker stays with the folder whose system it has started.

    With `--no-loadscope-reorder` the tests start in the order of the command line.
    """

    def _assign_work_unit(self, node: WorkerController) -> None:
        self.workqueue.move_to_end(self._next_file(node), last=False)
        super()._assign_work_unit(node)

    def _next_file(self, node: WorkerController) -> str:
        """Of its own folder; else one that needs no system, or whose system too few have started; else the first."""
        workers = defaultdict(set)
        for worker, files in self.assigned_work.items():
            for file in files:
                workers[_folder(file)].add(worker)

        def rank(file: str) -> int:
            folder = _folder(file)
            if folder is not None and node in workers[folder]:
                return 0
            return 1 if folder is None or len(workers[folder]) < _WORKERS_OF[folder] else 2

        first: str = min(self.workqueue, key=rank)
        return first


def _folder(file: str) -> str | None:
    return next((folder for folder in _WORKERS_OF if file.startswith(folder)), None)
