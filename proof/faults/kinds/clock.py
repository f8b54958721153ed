"""Clocks that jump and tokens that end."""

import asyncio
import os
import tempfile
from pathlib import Path
from typing import ClassVar
from unittest import mock

from contracts.generated.catalogues import CloseCode
from proof.faults.kinds.fault import Fault, NotPossibleHere, Scene
from proof.faults.stage import Stage
from proof.faults.workload import Manners
from tests.kit.running.system import Service

LIBRARIES = ("usr/lib/*/faketime/libfaketimeMT.so.1", "usr/lib/faketime/libfaketimeMT.so.1")  # under the root
JUMPED_SECONDS = 3.0
TOKEN_SECONDS = 3.0


class Clocks(Fault):
    """The wall clock of the database, of a service, or of all, jumps by an hour or by days, and back again."""

    name = "clocks"
    number = 12
    rounds = 16

    _jumps: ClassVar[dict[str, int]] = {
        "an hour forward": 3600,
        "an hour back": -3600,
        "three days forward": 3 * 86400,
        "three days back": -3 * 86400,
    }

    async def set_up(self, stage: Stage) -> None:
        library = _library()
        if library is None:
            raise NotPossibleHere("libfaketime is not installed")
        if not hasattr(stage.system.postgres, "process"):
            raise NotPossibleHere("the database runs in a container, whose clock is the machine's")
        self._folder = tempfile.TemporaryDirectory(prefix="messaging-clocks-")
        self._offsets = _offset_files(Path(self._folder.name))
        with mock.patch.dict(os.environ, _faked(library, self._offsets["database"])):  # the server inherits ours
            await asyncio.to_thread(stage.system.postgres.restart)
        for service, name in _services(stage):
            service.environment.update(_faked(library, self._offsets[name]))
        await stage.restart(*(service for service, _ in _services(stage)))

    async def inject(self, scene: Scene) -> None:
        who = scene.turn([["database"], ["conversations"], ["delivery"], list(self._offsets)], every=len(self._jumps))
        what = scene.turn(list(self._jumps))
        scene.did = f"{what}: {', '.join(who)}"
        for name in who:
            _set(self._offsets[name], self._jumps[what])

    async def hold(self, scene: Scene) -> None:
        await asyncio.sleep(JUMPED_SECONDS)  # the length of the error is the fault

    async def heal(self, scene: Scene) -> None:
        for file in self._offsets.values():
            _set(file, 0)

    async def tear_down(self, stage: Stage) -> None:
        if not hasattr(self, "_folder"):
            return
        await asyncio.to_thread(stage.system.postgres.restart)
        services = [service for service, _ in _services(stage)]
        for service in services:
            for variable in _faked("", Path()):
                service.environment.pop(variable, None)
        await stage.restart(*services)
        self._folder.cleanup()


class Tokens(Fault):
    """Access tokens end after 3 s: half of the people refresh theirs, the others are closed and come back."""

    name = "tokens"
    number = 12
    rounds = 8
    manners = Manners(token_seconds=TOKEN_SECONDS)

    async def inject(self, scene: Scene) -> None:
        scene.did = f"tokens end after {TOKEN_SECONDS:g} s"

    async def hold(self, scene: Scene) -> None:
        await asyncio.sleep(2 * TOKEN_SECONDS)  # the life of a token is the fault: every one ends at least once

    async def verdict(self, scene: Scene) -> None:
        sockets = scene.workload.history.sockets
        for user, client in scene.workload.clients.items():
            ended = any(s.user == user and s.close_code == CloseCode.TOKEN_EXPIRED for s in sockets)
            if client.refreshes and ended:
                scene.problems.append(f"{user} refreshed its token, and its socket was closed as expired")
            if not (client.refreshes or ended):
                scene.problems.append(f"the token of {user} ended, and its socket did not")


def _library() -> str | None:
    return next((str(path) for pattern in LIBRARIES for path in Path("/").glob(pattern)), None)


def _offset_files(folder: Path) -> dict[str, Path]:
    folder.chmod(0o755)  # the database's own account reads them too
    files = {name: folder / name for name in ("database", "conversations", "delivery")}
    for file in files.values():
        _set(file, 0)
    return files


def _services(stage: Stage) -> list[tuple[Service, str]]:
    """Each with the name of its clock."""
    return [
        (stage.system.conversations, "conversations"),
        *((service, "delivery") for service in stage.system.delivery),
    ]


def _faked(library: str, offset: Path) -> dict[str, str]:
    """Monotonic clocks stay true, as they do when a machine's clock is set."""
    return {
        "LD_PRELOAD": library,
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }


def _set(file: Path, seconds: int) -> None:
    unfinished = file.with_suffix(".unfinished")
    unfinished.write_text(f"{seconds:+d}\n", encoding="ascii")
    unfinished.chmod(0o644)
    unfinished.replace(file)
