"""A release goes out: the database and the code change, one before the other."""

import asyncio
import subprocess
import sys

from proof.faults.kinds.fault import Scene
from proof.faults.kinds.replicas import Replacement
from proof.faults.launchers.next_release import write_migrations
from proof.faults.stage import Stage
from tests.kit.running.system import REPOSITORY, Service

REFUSAL = "migrations are missing"
REFUSED_WITHIN_SECONDS = 60.0


class Upgrade(Replacement):
    """The migration is applied while the old code runs and the code follows; or the new code comes first and waits."""

    name = "upgrade"
    number = 13
    rounds = 10

    async def set_up(self, stage: Stage) -> None:
        folder = stage.system.folder / "migrations"
        self._undo = write_migrations(folder)
        self._launcher = ("proof.faults.launchers.next_release", str(folder))
        await super().set_up(stage)

    async def inject(self, scene: Scene) -> None:
        if scene.turn([True, False]):
            scene.did = "migration under the old code, then the new code"
            await self._migrate(scene)
            await self._talk(scene)
            await scene.stage.restart(scene.stage.spare_conversations, launcher=self._launcher)
        else:
            scene.did = "new code over the old schema, then the migration"
            await self._start_too_early(scene, scene.stage.spare_conversations)
        await scene.stage.restart(scene.stage.system.conversations, launcher=self._launcher)

    async def hold(self, scene: Scene) -> None:
        await self._talk(scene)

    async def heal(self, scene: Scene) -> None:
        """Back to the release of today, code first, so that the next round finds what this one found."""
        for service in scene.stage.conversations:
            await scene.stage.restart(service)
        await asyncio.to_thread(scene.stage.system.postgres.query, self._undo, "messaging")

    async def _talk(self, scene: Scene) -> None:
        await scene.workload.until_acknowledged(40)

    async def _migrate(self, scene: Scene) -> None:
        service = scene.stage.system.conversations
        command = [sys.executable, "-m", *self._launcher, service.module, "migrate"]
        environment = {**service.environment, "DATABASE_URL": scene.stage.database_url}
        done = await asyncio.to_thread(
            subprocess.run, command, env=environment, cwd=REPOSITORY, capture_output=True, text=True, check=False
        )
        if done.returncode:
            scene.problems.append(f"the migration failed: {done.stderr.strip()[-500:]}")

    async def _start_too_early(self, scene: Scene, service: Service) -> None:
        """It must say that it is not ready, and why, until the migration is there."""
        await scene.stage.stop(service)
        await asyncio.to_thread(service.start, wait=False, launcher=self._launcher)
        async with asyncio.timeout(REFUSED_WITHIN_SECONDS):
            while REFUSAL not in await asyncio.to_thread(service.answer, "/readyz"):  # noqa: ASYNC110 - nothing announces it
                await asyncio.sleep(0.1)
        await self._talk(scene)
        await self._migrate(scene)
        await asyncio.to_thread(service.wait_until_ready)
