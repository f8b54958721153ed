"""A database whose disk is full."""

import asyncio
import os
import shutil
import subprocess
from pathlib import Path

from deploy.native.postgres import PostgresServer
from proof.faults.kinds.fault import Fault, NotPossibleHere, Scene
from proof.faults.stage import Stage

ROOM_BYTES = 384 * 1024 * 1024  # for what the rounds write
FULL_SECONDS = 4.0
LONG_SECONDS = 12.0  # longer than a command is tried
PAGE_BYTES = 4096


class DiskFull(Fault):
    """The disk of the database is full, until somebody makes room; it lies on a small file system of its own."""

    name = "disk"
    number = 12
    rounds = 8
    heard_within = 15.0  # the database may have to recover first

    async def set_up(self, stage: Stage) -> None:
        postgres = stage.system.postgres
        if not isinstance(postgres, PostgresServer):
            raise NotPossibleHere("the database runs in a container")
        if os.geteuid() != 0:
            raise NotPossibleHere("only root may mount a small file system for the database")
        self._postgres = postgres
        self._disk = await asyncio.to_thread(_SmallDisk.under, postgres)

    async def inject(self, scene: Scene) -> None:
        self._seconds = scene.turn([FULL_SECONDS, LONG_SECONDS])
        scene.did = f"the database's disk is full for {self._seconds:g} s"
        await asyncio.to_thread(self._disk.fill)

    async def hold(self, scene: Scene) -> None:
        await asyncio.sleep(self._seconds)  # the length of the outage is the fault

    async def heal(self, scene: Scene) -> None:
        self._disk.make_room()
        if not self._postgres.is_running():
            scene.did += "; it had to be started again"
            await asyncio.to_thread(self._postgres.start)
        await asyncio.to_thread(self._postgres.query, "CHECKPOINT")

    async def tear_down(self, stage: Stage) -> None:
        if hasattr(self, "_disk"):
            await asyncio.to_thread(self._disk.remove)


class _SmallDisk:
    """A tmpfs instead of a server's data folder, with the data in it."""

    def __init__(self, postgres: PostgresServer, data: Path) -> None:
        self._postgres, self._data = postgres, data
        self._ballast = data / "ballast"

    @classmethod
    def under(cls, postgres: PostgresServer) -> "_SmallDisk":
        """Move the server onto a disk of its own. Raises NotPossibleHere."""
        data = postgres.data
        aside = data.with_name("data.aside")
        postgres.stop()
        try:
            data.rename(aside)
            data.mkdir(mode=0o700)
            size = ROOM_BYTES + sum(file.stat().st_size for file in aside.rglob("*") if file.is_file())
            mounted = subprocess.run(
                ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", data],
                check=False,
                capture_output=True,
                text=True,
            )
            if mounted.returncode:
                data.rmdir()
                aside.rename(data)
                raise NotPossibleHere(mounted.stderr.strip() or "mount is not allowed")
            _move(aside, data)
        finally:
            postgres.start()
        return cls(postgres, data)

    def fill(self) -> None:
        size, step = 0, ROOM_BYTES
        with self._ballast.open("wb") as file:
            while step >= PAGE_BYTES:
                try:
                    os.posix_fallocate(file.fileno(), size, step)
                    size += step
                except OSError:
                    step //= 2

    def make_room(self) -> None:
        self._ballast.unlink(missing_ok=True)

    def remove(self) -> None:
        self.make_room()
        self._postgres.stop()
        aside = self._data.with_name("data.aside")
        aside.mkdir(mode=0o700)
        _move(self._data, aside)
        subprocess.run(["umount", self._data], check=True)
        self._data.rmdir()
        aside.rename(self._data)
        self._postgres.start()


def _move(source: Path, target: Path) -> None:
    """Everything in a folder, with its owners and modes."""
    subprocess.run(["cp", "-a", f"{source}/.", target], check=True)
    if not source.is_mount():
        shutil.rmtree(source)
