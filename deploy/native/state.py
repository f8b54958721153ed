"""The record of running processes and addresses, for later commands."""

import json
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.native.credentials import write_private
from deploy.native.folders import Folders
from deploy.native.processes import Process


@dataclass
class RunState:
    """The processes in the order they were started and, once all answer, the address for users."""

    processes: list[Process] = field(default_factory=list)
    urls: dict[str, str] = field(default_factory=dict)
    address: str | None = None

    def is_up(self) -> bool:
        """Whether a start succeeded and nothing has ended since."""
        return self.address is not None and all(process.is_running() for process in self.processes)

    def is_down(self) -> bool:
        return not any(process.is_running() for process in self.processes)

    def save(self, path: Path) -> None:
        document = {
            "address": self.address,
            "urls": self.urls,
            "processes": [_to_json(process) for process in self.processes],
        }
        write_private(path, json.dumps(document, indent=2))


def load(path: Path) -> RunState:
    """Load the state from its file; without a file, nothing is running."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return RunState()
    return RunState(
        processes=[_from_json(entry) for entry in document["processes"]],
        urls=document["urls"],
        address=document["address"],
    )


def gateway_url() -> str | None:
    """The address of the running system; None if it is not running."""
    state = load(Folders.from_environment().state)
    return state.address if state.is_up() else None


def _to_json(process: Process) -> Mapping[str, object]:
    return {
        "name": process.name,
        "pid": process.pid,
        "created": process.created,
        "log": str(process.log),
        "stop_signal": process.stop_signal.name,
    }


def _from_json(entry: Mapping[str, str]) -> Process:
    return Process(
        name=entry["name"],
        pid=int(entry["pid"]),
        created=float(entry["created"]),
        log=Path(entry["log"]),
        stop_signal=signal.Signals[entry["stop_signal"]],
    )
