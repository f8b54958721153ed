"""PostgreSQL lives and answers, and takes nothing: it only reads, something is locked, or it has no connection left."""

import asyncio
import time

import asyncpg

from proof.faults.kinds.fault import Fault, Measured, Scene

SECONDS = 3.0
LONG_SECONDS = 8.0  # longer than one statement may take, so that batches end in their time limit
TOLD_WITHIN_SECONDS = 6.0  # by readiness: a probe waits for two, and so may the one before it
MORE_THAN_THERE_ARE = 1000  # connections

WRITES = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'conversations.batcher.%'"
END_OURS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'conversations.%'"
LOCKS = {
    "the log's shards locked": "SELECT FROM log_shards FOR UPDATE",
    "the messages locked": "LOCK TABLE messages IN ACCESS EXCLUSIVE MODE",
}


class Ills(Fault):
    """Read-only, a lock on the shards or on the messages, every connection taken; readiness says so meanwhile."""

    name = "ills"
    number = 15
    rounds = 24

    async def inject(self, scene: Scene) -> None:
        self._seconds = scene.turn([SECONDS, LONG_SECONDS], every=4)
        scene.did = scene.turn(["read-only", *LOCKS, "no connection left"])
        self._taken = [await asyncpg.connect(scene.stage.database_url)]
        (connection,) = self._taken
        self._began = time.monotonic()
        if scene.did == "read-only":
            await connection.execute("ALTER SYSTEM SET default_transaction_read_only = on")
            await connection.execute("SELECT pg_reload_conf()")
        elif scene.did in LOCKS:
            await connection.execute("BEGIN")
            await connection.execute(LOCKS[scene.did])
        else:
            await self._take_all(scene, connection)
            self._began = time.monotonic()

    async def hold(self, scene: Scene) -> None:
        conversations = scene.stage.system.conversations
        async with asyncio.timeout(60):
            while '"ready"' in (answer := await asyncio.to_thread(conversations.answer, "/readyz")):
                pass
        told = time.monotonic() - self._began
        scene.measured.append(Measured("readiness said so after", told, TOLD_WITHIN_SECONDS))
        if "batcher" not in answer and "database" not in answer:
            scene.problems.append(f"/readyz said: {answer}")
        await asyncio.sleep(max(0.0, self._began + self._seconds - time.monotonic()))  # the length is the fault

    async def heal(self, scene: Scene) -> None:
        if scene.did == "read-only":
            await self._taken[0].execute("SET default_transaction_read_only = off")
            await self._taken[0].execute("ALTER SYSTEM RESET default_transaction_read_only")
            await self._taken[0].execute("SELECT pg_reload_conf()")
        for connection in self._taken:
            connection.terminate()
        began = time.monotonic()
        await asyncio.to_thread(scene.stage.system.conversations.wait_until_ready)
        scene.did += f" for {began - self._began:.1f} s, ready again after {time.monotonic() - began:.1f} s"

    async def _take_all(self, scene: Scene, connection: asyncpg.Connection) -> None:
        """Also those that the service had: whoever has none cannot get one."""
        for _ in range(MORE_THAN_THERE_ARE):
            try:
                self._taken.append(await asyncpg.connect(scene.stage.database_url))
            except asyncpg.TooManyConnectionsError:
                await connection.execute(END_OURS)
                if not await connection.fetchval(WRITES):
                    return
