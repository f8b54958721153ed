"""The one statement that executes a batch, against a plain reference, on a real database."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from uuid import UUID

import asyncpg
import orjson
import pytest
from pydantic import TypeAdapter

from contracts.generated.models import LogBatch
from services.conversations.command_kinds import Command, MarkRead, MessageStored, Outcome, ReadMarked, SendMessage
from services.conversations.domain import new_id, shard_of
from services.conversations.store.log_writes import apply_commands, start_conversation
from tests.integration.conversations.reference import Reference, ReferenceConversation

SHARDS = 3
TEXTS = ["hello", "ünïcödé 🚲", 'quotes " and \\ and \n lines', "x" * 4000, "<b>&amp;</b>", "\u2028\u0001"]
PEOPLE = ["amira", "ben", "chen", "dora", "stranger"]

_batch = TypeAdapter(LogBatch)

Event = tuple[object, ...]


@pytest.fixture
async def connection(new_database: Callable[[int], str]) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(new_database(SHARDS))
    yield opened
    await opened.close()


@pytest.mark.parametrize("seed", range(6))
async def test_batches_do_what_single_commands_would_do(connection: asyncpg.Connection, seed: int) -> None:
    chance = _chance(seed)
    conversations = [await _started(connection, chance, number) for number in range(6)]
    reference = Reference(conversations)
    heads = await _heads(connection)
    for _ in range(40):
        shard = chance.randrange(SHARDS)
        commands = [_command(chance, conversations) for _ in range(chance.randint(1, 30))]
        commands = [command for command in commands if shard_of(command.conversation_id, SHARDS) == shard]
        if not commands:
            continue
        applied = await apply_commands(connection, shard, commands)
        expected = [reference.execute(command) for command in commands]
        assert [_plain(outcome) for outcome in applied.outcomes] == [answer for answer, _ in expected]
        events = [each for _, event in expected if event is not None for each in _with_start(event, conversations)]
        if not events:
            assert applied.logged is None
            continue
        heads[shard] += 1
        assert applied.logged is not None
        assert applied.logged.pos == heads[shard]
        assert _events(applied.logged.payload, shard, heads[shard]) == events
    await _assert_same_tables(connection, reference)
    assert await _heads(connection) == heads
    await _assert_dense_log(connection, heads)


async def test_a_clock_that_goes_back_does_not_turn_the_order_of_times(connection: asyncpg.Connection) -> None:
    conversation = await _started(connection, _chance(0), 0)
    shard = shard_of(conversation.id, SHARDS)
    await connection.execute(
        "UPDATE conversations SET last_activity_at = last_activity_at + interval '1 hour' WHERE id = $1",
        conversation.id,
    )
    before = await connection.fetchval("SELECT last_activity_at FROM conversations WHERE id = $1", conversation.id)
    applied = await apply_commands(connection, shard, [_message(conversation, "buyer")])
    (outcome,) = applied.outcomes
    assert isinstance(outcome, MessageStored)
    assert outcome.created_at >= before
    assert outcome.created_at - before < timedelta(seconds=1)


async def test_a_conversation_of_another_shard_is_not_found(connection: asyncpg.Connection) -> None:
    conversation = await _started(connection, _chance(0), 0)
    wrong = (shard_of(conversation.id, SHARDS) + 1) % SHARDS
    applied = await apply_commands(connection, wrong, [_message(conversation, "buyer")])
    assert _plain(applied.outcomes[0]) == ("rejected", "conversation_not_found")


async def test_writers_of_one_shard_take_turns(
    connection: asyncpg.Connection, new_database: Callable[[int], str]
) -> None:
    """Two processes write one conversation: every seq and position once, whoever was first."""
    url = new_database(1)
    writers = [await asyncpg.connect(url) for _ in range(4)]
    conversation = await _started(writers[0], _chance(0), 0, shards=1)

    async def write(writer: asyncpg.Connection) -> list[int]:
        seqs = []
        for _ in range(25):
            batch = [_message(conversation, "buyer") for _ in range(4)]
            for outcome in (await apply_commands(writer, 0, batch)).outcomes:
                assert isinstance(outcome, MessageStored)
                seqs.append(outcome.seq)
        return seqs

    seqs = [seq for found in await asyncio.gather(*map(write, writers)) for seq in found]
    assert sorted(seqs) == list(range(1, 401))
    positions = [row["pos"] for row in await writers[0].fetch("SELECT pos FROM event_log ORDER BY pos")]
    assert positions == list(range(1, 102))
    for writer in writers:
        await writer.close()


async def test_the_plan_uses_indexes_from_the_first_call_on_empty_tables(connection: asyncpg.Connection) -> None:
    """A plan made on empty tables is kept: it must not be a scan."""
    conversation = await _started(connection, _chance(1), 0)
    shard = shard_of(conversation.id, SHARDS)
    before = await connection.fetchval("SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'messages'")
    for _ in range(20):
        await apply_commands(connection, shard, [_message(conversation, "seller")])
    await connection.execute("SELECT pg_stat_force_next_flush()")
    after = await connection.fetchval("SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'messages'")
    assert after == before


def _chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - the same numbers again is what is wanted


def _command(chance: random.Random, conversations: list[ReferenceConversation]) -> Command:
    conversation = chance.choice(conversations)
    conversation_id = conversation.id if chance.random() > 0.03 else new_id()
    user = chance.choice([*conversation.people.values()] * 4 + PEOPLE)
    if chance.random() < 0.3:
        return MarkRead(user, conversation_id, chance.choice([None, 1, chance.randint(1, 60), 2**53 - 1]))
    key = f"key-{chance.randint(1, 25)}" if chance.random() < 0.5 else str(new_id())
    return SendMessage(user, conversation_id, key, chance.choice(TEXTS[:2] if "key" in key else TEXTS), new_id())


def _message(conversation: ReferenceConversation, role: str) -> SendMessage:
    return SendMessage(conversation.people[role], conversation.id, str(new_id()), "hello", new_id())


async def _started(
    connection: asyncpg.Connection, chance: random.Random, number: int, *, shards: int = SHARDS
) -> ReferenceConversation:
    seller, buyer = chance.sample(PEOPLE[:4], 2)
    await connection.execute(
        "INSERT INTO items (id, seller_id, title, status, updated_at) VALUES ($1, $2, 'Thing', 'available', now())",
        f"item{number}",
        seller,
    )
    conversation_id = new_id()
    started, logged = await start_conversation(
        connection,
        shard_of(conversation_id, shards),
        conversation_id=conversation_id,
        item_id=f"item{number}",
        buyer_id=buyer,
    )
    assert started.status == "started"
    assert logged is not None
    _batch.validate_json(logged.payload)
    return ReferenceConversation(conversation_id, {"buyer": buyer, "seller": seller})


def _plain(outcome: Outcome) -> tuple[object, ...]:
    if isinstance(outcome, MessageStored):
        return ("stored", outcome.message_id, outcome.seq, outcome.duplicate)
    if isinstance(outcome, ReadMarked):
        return ("read", outcome.last_read_seq, outcome.last_seq, outcome.advanced)
    return ("rejected", outcome.code)


def _events(payload: str, shard: int, pos: int) -> list[tuple[object, ...]]:
    _batch.validate_json(payload)
    found: list[tuple[object, ...]] = []
    for idx, event in enumerate(orjson.loads(payload)):
        assert (event["shard"], event["pos"], event["idx"]) == (shard, pos, idx)
        assert event["id"] == f"{shard}-{pos}-{idx}"
        data = event["data"]
        conversation_id = UUID(data["conversationId"] if "conversationId" in data else data["conversation"]["id"])
        if event["type"] == "conversation.started.v1":
            details: tuple[object, ...] = tuple(data["recipients"])
        elif event["type"] == "message.sent.v1":
            message = data["message"]
            details = (UUID(message["id"]), message["seq"], message["content"], message["senderId"])
        else:
            details = (data["readerId"], data["lastReadSeq"])
        found.append((event["type"], conversation_id, *details))
    return found


def _with_start(event: Event, conversations: list[ReferenceConversation]) -> list[Event]:
    """A first message is preceded by the start of its conversation, for the seller."""
    if event[0] != "message.sent.v1" or event[3] != 1:
        return [event]
    (seller,) = (each.people["seller"] for each in conversations if each.id == event[1])
    return [("conversation.started.v1", event[1], seller), event]


async def _heads(connection: asyncpg.Connection) -> dict[int, int]:
    rows = await connection.fetch("SELECT shard, head_pos FROM log_shards")
    return {row["shard"]: row["head_pos"] for row in rows}


async def _assert_same_tables(connection: asyncpg.Connection, reference: Reference) -> None:
    for expected in reference.conversations.values():
        row = await connection.fetchrow("SELECT * FROM conversations WHERE id = $1", expected.id)
        stored = await connection.fetch("SELECT * FROM messages WHERE conversation_id = $1 ORDER BY seq", expected.id)
        assert row is not None
        assert row["last_seq"] == len(expected.messages) == len(stored)
        assert (row["buyer_last_read_seq"], row["seller_last_read_seq"]) == (
            expected.read["buyer"],
            expected.read["seller"],
        )
        assert [(m["seq"], m["id"], m["content"], m["client_message_id"]) for m in stored] == [
            (seq, m.message_id, m.content, m.client_message_id) for seq, m in enumerate(expected.messages, start=1)
        ]
        places = [m["event_pos"] for m in stored]
        assert places == sorted(set(places))
        if stored:
            assert row["facts_event_pos"] == places[0] - 1, "a resume must tell the seller to fetch it"
            assert row["last_message_id"] == stored[-1]["id"]
            assert row["last_message_preview"] == stored[-1]["content"][:160]
            assert row["last_message_role"] == stored[-1]["sender_role"]
            assert row["last_message_at"] == row["last_activity_at"] == stored[-1]["created_at"]
            assert row["updated_event_pos"] >= places[-1]


async def _assert_dense_log(connection: asyncpg.Connection, heads: dict[int, int]) -> None:
    for shard, head in heads.items():
        rows = await connection.fetch("SELECT pos FROM event_log WHERE shard = $1 ORDER BY pos", shard)
        assert [row["pos"] for row in rows] == list(range(1, head + 1))
