"""The database comes back without its last seconds, so that positions of the log are given again."""

import asyncio
import time
from abc import abstractmethod

from deploy.native.ports import free_port
from deploy.native.postgres import PostgresServer
from proof.faults.kinds.fault import Fault, NotPossibleHere, Scene
from proof.faults.stage import Stage

LOST = 50  # acknowledged messages, at least
OUTAGE_SECONDS = 1.0
CAUGHT_UP_SECONDS = 60.0
IN_STEP = "SELECT count(*) FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_lsn() - 65536"


class _GoesBack(Fault):
    """A copy of the data takes the server's place, on the same port; people who stay connected must notice nothing but
    a reconnect, and see what is stored now."""

    heard_within = 15.0
    decides_again = True  # its cursor goes back, too

    async def set_up(self, stage: Stage) -> None:
        postgres = stage.system.postgres
        if not isinstance(postgres, PostgresServer):
            raise NotPossibleHere("the database runs in a container")
        self._postgres = postgres
        self._first = postgres.data

    async def inject(self, scene: Scene) -> None:
        self._epoch = await self._query("SELECT epoch FROM log_epoch")
        self._copy = self._first.with_name(f"{self.name}-{scene.seed}-{time.monotonic_ns()}")
        await asyncio.to_thread(self._postgres.copy_data, self._copy)
        await self._prepare()
        await scene.workload.until_acknowledged(LOST)
        await asyncio.to_thread(self._postgres.kill)
        self._postgres.use_data(self._copy)

    async def hold(self, scene: Scene) -> None:
        await asyncio.sleep(OUTAGE_SECONDS)  # in which the last acknowledgements of the old server reach their senders

    async def heal(self, scene: Scene) -> None:
        began = time.monotonic()
        # Until now nothing could be stored; from now on what is acknowledged stays.
        scene.workload.lost_before = time.monotonic()
        await asyncio.to_thread(self._start)
        scene.did = f"{self.name}, back after {time.monotonic() - began:.1f} s"

    async def verdict(self, scene: Scene) -> None:
        epoch = await self._query("SELECT epoch FROM log_epoch")
        if epoch == self._epoch:
            scene.problems.append("the log has the epoch that it had before it went back")

    async def tear_down(self, stage: Stage) -> None:
        """The data of the last round stay, in the folder that is removed with the first ones."""

    async def _query(self, statement: str) -> str:
        return await asyncio.to_thread(self._postgres.query, statement, "messaging")

    async def _prepare(self) -> None:
        """Once there is a copy, while people go on."""

    @abstractmethod
    def _start(self) -> None:
        """Let the copy take over."""


class Failover(_GoesBack):
    """The primary is killed, and a standby that is slightly behind is promoted instead."""

    name = "failover"
    number = 14
    rounds = 20

    async def _prepare(self) -> None:
        standby = self._postgres.standby(self._copy, free_port())
        await asyncio.to_thread(standby.start)
        try:
            async with asyncio.timeout(CAUGHT_UP_SECONDS):
                while await asyncio.to_thread(self._postgres.query, IN_STEP) == "0":  # noqa: ASYNC110 - in another process
                    await asyncio.sleep(0.1)
        finally:
            await asyncio.to_thread(standby.kill)  # from here on it is behind

    def _start(self) -> None:
        self._postgres.start()
        self._postgres.query("SELECT pg_promote()")


class Restore(_GoesBack):
    """A backup is recovered, as far as it goes, and opens a timeline of its own."""

    name = "restore"
    number = 14
    rounds = 10

    def _start(self) -> None:
        self._postgres.mark_standby(self._copy)
        self._postgres.start()
        self._postgres.query("SELECT pg_promote()")


class Snapshot(_GoesBack):
    """The volume is set back to a snapshot: the cluster and its timeline are the same as before."""

    name = "snapshot"
    number = 14
    rounds = 10

    def _start(self) -> None:
        self._postgres.start()
