"""Follow every log at once, each line behind the name of its source."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from deploy.native import processes

_POLL_SECONDS = 0.2  # files tell nobody that they grew; a person reading along notices no shorter pause
_FIRST_LINES = 10


class LogFollower:
    """Reads what was added to the `*.log` files of a folder since it last looked."""

    def __init__(self, folder: Path, write: Callable[[str], None]) -> None:
        self._folder = folder
        self._write = write
        self._open: dict[Path, TextIO] = {}
        self._unfinished: dict[Path, str] = {}

    def show_recent(self) -> None:
        """The last lines of each log; what comes later is left for `poll`."""
        for path in sorted(self._folder.glob("*.log")):
            source = path.open(encoding="utf-8", errors="replace")
            self._open[path] = source
            source.seek(0, 2)
            for line in processes.tail(path, _FIRST_LINES).splitlines():
                self._write(_prefixed(path, line))

    def poll(self) -> None:
        """Write the new lines of every log, also of logs that have appeared."""
        for path in sorted(self._folder.glob("*.log")):
            if path not in self._open:
                self._open[path] = path.open(encoding="utf-8", errors="replace")
            self._show_new_lines(path)

    def _show_new_lines(self, path: Path) -> None:
        """Half a line is kept until its end is there."""
        text = self._unfinished.get(path, "") + self._open[path].read()
        *lines, self._unfinished[path] = text.split("\n")
        for line in lines:
            self._write(_prefixed(path, line))

    def close(self) -> None:
        for source in self._open.values():
            source.close()


def follow(folder: Path, write: Callable[[str], None]) -> None:
    """Show the logs until interrupted."""
    follower = LogFollower(folder, write)
    try:
        follower.show_recent()
        while True:
            follower.poll()
            time.sleep(_POLL_SECONDS)  # nothing portable tells that a file grew
    except KeyboardInterrupt:
        return
    finally:
        follower.close()


def _prefixed(path: Path, line: str) -> str:
    return f"{path.stem:>14} | {line}"
