"""The leader's work: beacons, republishing unconfirmed positions, maintenance of the log's partitions.

Every process watches the log's epoch, whether it leads or not.
"""

import asyncio

import asyncpg
import structlog

from services.conversations.metrics import ServiceMetrics
from services.conversations.publishing.publisher import Publisher
from services.conversations.store import epochs, partitions, publications, write_buckets
from services.conversations.store.errors import DATABASE_ERRORS
from services.conversations.store.session import Session

LEADER_LOCK = 0x6C6561646572  # "leader" in ASCII: any number that nothing else in the database uses
BEAT_SECONDS = 1.0
UPKEEP_SECONDS = 60.0
PATIENCE_SECONDS = 1.0  # time for the committing process to publish and to store the confirmation

TRY_LOCK = "SELECT pg_try_advisory_lock($1)"

log = structlog.get_logger(__name__)


class Leader:
    """Leads while its session holds the lock; every beat uses that session, so a lost lock is noticed in time.

    Two leaders at once for a moment do no harm: all work here is idempotent.
    """

    def __init__(
        self,
        *,
        session: Session,
        publisher: Publisher,
        metrics: ServiceMetrics,
        republish_per_second: int,
        partition_hours: int,
        retention_hours: int,
    ) -> None:
        self._session = session
        self._publisher = publisher
        self._metrics = metrics
        self._republish_limit = republish_per_second
        self._partition_hours = partition_hours
        self._retention_hours = retention_hours
        self._leading = False
        self._upkeep_due = 0.0
        self._epoch: str | None = None

    async def run(self) -> None:
        """Stand for election and lead, until cancelled."""
        try:
            while True:
                await self._beat()
                await asyncio.sleep(BEAT_SECONDS)
        finally:
            self._lead(leading=False)
            await self._session.close()

    async def _beat(self) -> None:
        try:
            if not self._session.is_open:
                self._lead(leading=False)
            connection = await self._session.connection()
            if not self._leading:
                self._lead(leading=await connection.fetchval(TRY_LOCK, LEADER_LOCK))
            await self._follow_history(connection)
            if self._leading:
                await self._publish_late_ones(connection)
                await self._keep_partitions(connection)
        except DATABASE_ERRORS as error:
            log.warning("leader.interrupted", error=type(error).__name__)
            self._session.drop()  # and releases the lock
            self._lead(leading=False)

    def _lead(self, *, leading: bool) -> None:
        if leading != self._leading:
            log.info("leader.elected" if leading else "leader.resigned")
            self._upkeep_due = 0.0
        self._leading = leading
        self._metrics.lead(leading=leading)

    async def _follow_history(self, connection: asyncpg.Connection) -> None:
        """Detect a new epoch without waiting for the next write, so that beacons announce it to consumers."""
        epoch = await epochs.follow_history(connection)
        if epoch is None or epoch.name == self._epoch:
            return
        if self._epoch is not None:
            log.error("epoch.changed", epoch=epoch.name, previous=self._epoch, reason=epoch.reason)
            self._metrics.epoch_changed(epoch.reason)
        self._epoch = epoch.name

    async def _publish_late_ones(self, connection: asyncpg.Connection) -> None:
        for backlog in await publications.read_backlog(connection):
            self._metrics.backlog(backlog.shard, head=backlog.head, unpublished=backlog.unpublished)
            if not self._publisher.link.connected:
                continue
            if backlog.unpublished:
                await self._republish(connection, backlog.shard)
            self._publisher.beacon(shard=backlog.shard, pos=backlog.head, epoch=backlog.epoch)

    async def _republish(self, connection: asyncpg.Connection, shard: int) -> None:
        limit = int(self._republish_limit * BEAT_SECONDS)
        late = await publications.read_unpublished(connection, shard, older_than_seconds=PATIENCE_SECONDS, limit=limit)
        for batch in late:
            self._publisher.offer(batch)
        if late:
            self._metrics.republished.inc(len(late))
            log.info("log.republished", shard=shard, positions=len(late), first=late[0].pos)

    async def _keep_partitions(self, connection: asyncpg.Connection) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._upkeep_due:
            return
        self._upkeep_due = now + UPKEEP_SECONDS
        try:
            # First, so that it is reported even if the rest fails.
            self._metrics.strayed(await partitions.count_strayed(connection))
            await partitions.drop_old(connection, retention_hours=self._retention_hours)
            await partitions.make_ahead(connection, hours=self._partition_hours)
            self._metrics.strayed(await partitions.count_strayed(connection))
            await publications.forget_truncated(connection)
            await write_buckets.forget_rested(connection)
        except asyncpg.LockNotAvailableError:
            log.info("log_partitions.postponed")  # the log is busy; partitions exist for two days ahead
