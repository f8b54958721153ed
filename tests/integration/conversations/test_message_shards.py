"""Messages and their earlier texts carry the shard of their conversation, and it is part of their keys."""

from collections.abc import AsyncIterator, Callable

import asyncpg
import pytest

from tests.integration.conversations.conftest import SHARDS
from tests.kit.conversations import Conversations, Talk, running_conversations

NOTICE = {"kind": "notice", "text": {"en": "Ready"}}
SHARD_OF_ROWS = """
SELECT 'messages' AS table, seq, shard FROM messages WHERE conversation_id = $1
UNION ALL SELECT 'message_versions', seq, shard FROM message_versions WHERE conversation_id = $1
"""
COPY = """
INSERT INTO messages (conversation_id, seq, id, sender_role, client_message_id, content, created_at, event_pos, shard)
SELECT conversation_id, seq + $2, id, sender_role, client_message_id || $3, content, created_at, event_pos, shard
FROM messages WHERE conversation_id = $1
"""
# Of every id with the same number of characters, which makes what never happens happen.
COARSE_KEYS = """
DROP INDEX messages_client_key;
CREATE OR REPLACE FUNCTION client_message_key(client_message_id text) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN length(client_message_id);
CREATE UNIQUE INDEX messages_client_key
    ON messages (conversation_id, sender_role, shard, client_message_key(client_message_id))
"""


@pytest.fixture
def url(new_database: Callable[[int], str]) -> str:
    return new_database(SHARDS)


@pytest.fixture
async def database(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the test's own database."""
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()


@pytest.fixture
async def service(url: str) -> AsyncIterator[Conversations]:
    async with running_conversations(database_url=url) as running:
        yield running


async def test_every_function_names_the_shard(service: Conversations, database: asyncpg.Connection) -> None:
    """Without the triggers, which help the previous release."""
    await database.execute("DROP TRIGGER messages_shard ON messages")
    await database.execute("DROP TRIGGER message_versions_shard ON message_versions")
    for talk in await _one_in_each_shard(service):
        assert (await talk.send("first")).status == 201
        assert (await talk.edit(1, "edited")).status == 200
        assert (await talk.post({**NOTICE, "key": "ready"})).status == 201
        rows = {(row["table"], row["seq"]): row["shard"] for row in await database.fetch(SHARD_OF_ROWS, talk.id)}
        assert rows == dict.fromkeys((("messages", 1), ("messages", 2), ("message_versions", 1)), talk.shard)


async def test_the_keys_admit_no_second_message(service: Conversations, database: asyncpg.Connection) -> None:
    """Of the same seq, or of the same sender and clientMessageId."""
    for talk in await _one_in_each_shard(service):
        await talk.send()
        for seqs, key, index in ((0, "-2", "messages_pkey"), (1, "", "messages_client_key")):
            with pytest.raises(asyncpg.UniqueViolationError, match=index):
                await database.execute(COPY, talk.id, seqs, key)


async def test_another_id_with_the_same_key_is_a_conflict(service: Conversations, database: asyncpg.Connection) -> None:
    """Stored before, or in the same batch; the ids themselves are compared, too."""
    await database.execute(COARSE_KEYS)
    talk = await service.new_conversation()
    stored, conflict = ("stored", None), ("rejected", "client_message_id_conflict")
    for keys, outcomes in (
        (["one"], [stored]),
        (["two"], [conflict]),
        (["three", "seven"], [stored, conflict]),
        (["one", "three"], [stored, stored]),
    ):
        results = await service.commands(*(talk.send_command(key=key) for key in keys))
        assert [(result["status"], result.get("code")) for result in results] == outcomes
    assert [message["clientMessageId"] for message in (await talk.history()).body["messages"]] == ["one", "three"]
    for key, status in (("four", 201), ("five", 409), ("four", 200)):
        assert (await talk.post({**NOTICE, "key": key})).status == status


async def _one_in_each_shard(service: Conversations) -> list[Talk]:
    talks: dict[int, Talk] = {}
    while len(talks) < SHARDS:
        talk = await service.new_conversation()
        talks.setdefault(talk.shard, talk)
    return list(talks.values())
