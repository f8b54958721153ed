"""Follows all logs at once, each line prefixed with its source."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from deploy.native import processes

_POLL_SECONDS = 0.2  # growth of files is polled; a reader does not notice a shorter pause
_FIRST_LINES = 10


class LogFollower:
    """Reads lines added to the `*.log` files of a folder since the last poll."""

    def __init__(self, folder: Path, write: Callable[[str], None]) -> None:
        self._folder = folder
        self._write = write
        self._open: dict[Path, TextIO] = {}
        self._unfinished: dict[Path, str] = {}

    def show_recent(self) -> None:
        """Write the last lines of each log; later lines are left for `poll`."""
        for path in sorted(self._folder.glob("*.log")):
            source = path.open(encoding="utf-8", errors="replace")
            self._open[path] = source
            source.seek(0, 2)
            for line in processes.tail(path, _FIRST_LINES).splitlines():
                self._write(_prefixed(path, line))

    def poll(self) -> None:
        """Write the new lines of every log, including new logs."""
        for path in sorted(self._folder.glob("*.log")):
            if path not in self._open:
                self._open[path] = path.open(encoding="utf-8", errors="replace")
            self._show_new_lines(path)

    def _show_new_lines(self, path: Path) -> None:
        """An incomplete line is kept until its end arrives."""
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
            time.sleep(_POLL_SECONDS)  # there is no portable notification of a growing file
    except KeyboardInterrupt:
        return
    finally:
        follower.close()


def _prefixed(path: Path, line: str) -> str:
    return f"{path.stem:>14} | {line}"
