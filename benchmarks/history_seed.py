"""Fills the database with messages as if users had sent them, but fast: in bulk, with indexes built afterwards."""

from dataclasses import asdict, dataclass

import asyncpg

FEW, MANY = "seed-few", "seed-many"
FEW_CONVERSATIONS, MANY_CONVERSATIONS, OTHER_CONVERSATIONS = 10, 10_000, 75_000
_BATCH = 64  # messages in one batch of the log

# Each group of conversations: who sells, and how many messages each conversation has. `place` mixes their rows on disk.
_PLAN = """
CREATE TEMPORARY TABLE plan AS
SELECT md5(owner || n)::uuid AS id, owner, n, messages,
       'item-' || owner || '-' || n % 100 AS item_id,
       'buyer-' || owner || '-' || n / 100 AS buyer_id,
       CASE owner WHEN 'other' THEN 'seller-' || n % 100 ELSE 'seed-' || owner END AS seller_id,
       now() - n * interval '37 s' AS last_activity_at,
       row_number() OVER (ORDER BY md5('place' || owner || n)) AS place
FROM (VALUES ('few', {few_conversations}, {few}), ('many', {many_conversations}, {many}),
             ('other', {others}, {other})) AS of_group (owner, conversations, messages)
CROSS JOIN LATERAL generate_series(0, conversations - 1) AS n
"""

_PEOPLE_AND_ITEMS = """
INSERT INTO users (id, name, updated_at)
SELECT id, 'Name of ' || id, now() FROM (SELECT buyer_id FROM plan UNION SELECT seller_id FROM plan) AS people (id);
INSERT INTO items (id, seller_id, title, price_amount, price_currency, status, updated_at)
SELECT DISTINCT ON (item_id) item_id, seller_id, 'Title of ' || item_id, 12.50, 'EUR', 'available'::item_status, now()
FROM plan ORDER BY item_id
"""

_CONVERSATIONS = """
INSERT INTO conversations
    (id, shard, item_id, buyer_id, seller_id, last_seq, buyer_last_read_seq, seller_last_read_seq, updated_event_pos,
     facts_event_pos, last_message_id, last_message_preview, last_message_role, last_message_at, last_activity_at,
     activity_bucket, created_at)
SELECT id, 0, item_id, buyer_id, seller_id, messages, messages, greatest(0, messages - (n % 50 = 0)::integer), 0, 0,
       CASE WHEN messages > 0 THEN id END, CASE WHEN messages > 0 THEN 'Is it still available?' END,
       CASE WHEN messages > 0 THEN 'buyer'::participant_role END, CASE WHEN messages > 0 THEN last_activity_at END,
       last_activity_at, activity_bucket_of(last_activity_at), last_activity_at - interval '1 s' * messages
FROM plan ORDER BY place
"""

# In the order of time: the messages of one conversation lie between those of others. Nothing looks for their ids, so
# that they need not differ between messages.
_MESSAGES = """
INSERT INTO messages (conversation_id, seq, id, sender_role, client_message_id, content, created_at, event_pos, shard)
SELECT c.id, seq, c.id,
       (CASE seq % 2 WHEN 1 THEN 'buyer' ELSE 'seller' END)::participant_role, 'seed-' || seq,
       'Is it still available? I could pick it up tomorrow after five.',
       c.last_activity_at - interval '1 s' * (c.messages - seq), c.place, 0
FROM (SELECT DISTINCT owner, messages FROM plan) AS of_group
CROSS JOIN LATERAL generate_series(1, of_group.messages) AS seq
CROSS JOIN LATERAL (SELECT * FROM plan WHERE owner = of_group.owner ORDER BY place) AS c
"""

# The log is at its end and its rows have been dropped, as after its retention; the broker has confirmed all of it.
_LOG = """
UPDATE log_shards SET head_pos = {positions}, floor_pos = {positions} WHERE shard = 0;
UPDATE log_publications SET confirmed = int8multirange(int8range(0, {positions} + 1)) WHERE shard = 0
"""

_INDEXES = """
SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition, c.conname AS constraint
FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid
WHERE i.indrelid = 'messages'::regclass
"""


@dataclass(frozen=True)
class Volume:
    """How many messages each conversation has: those of FEW, of MANY, and of everybody else."""

    few: int
    many: int = 0
    other: int = 0
    others: int = OTHER_CONVERSATIONS

    @property
    def messages(self) -> int:
        return FEW_CONVERSATIONS * self.few + MANY_CONVERSATIONS * self.many + self.others * self.other


async def fill(database_url: str, volume: Volume) -> None:
    """Replace all data. The services must not run, because the log's positions jump."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(
            "SET synchronous_commit = off; SET maintenance_work_mem = '512MB'; SET work_mem = '64MB'"
        )
        await connection.execute("TRUNCATE messages, conversations, items, users, event_log")
        sizes = {"few_conversations": FEW_CONVERSATIONS, "many_conversations": MANY_CONVERSATIONS, **asdict(volume)}
        await connection.execute(_PLAN.format(**sizes))
        await connection.execute("CREATE INDEX ON plan (owner, place); ANALYZE plan")
        await connection.execute(_PEOPLE_AND_ITEMS)
        await connection.execute(_CONVERSATIONS)
        await _insert_messages(connection)
        await connection.execute(_LOG.format(positions=volume.messages // _BATCH + volume.others))
        await connection.execute("VACUUM (ANALYZE)")
    finally:
        await connection.close()


async def _insert_messages(connection: asyncpg.Connection) -> None:
    """Without the indexes, which are built faster than they grow."""
    indexes = await connection.fetch(_INDEXES)
    for index in indexes:
        drop = "DROP INDEX" if index["constraint"] is None else "ALTER TABLE messages DROP CONSTRAINT"
        await connection.execute(f"{drop} {index['name']}")
    await connection.execute(_MESSAGES)
    for index in indexes:
        await connection.execute(index["definition"])
        if index["constraint"] is not None:
            await connection.execute(f"ALTER TABLE messages ADD PRIMARY KEY USING INDEX {index['name']}")
