"""The one statement that executes a batch, against a plain reference, on a real database."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import asyncpg
import orjson
import pytest
from pydantic import TypeAdapter

from contracts.generated import models
from contracts.generated.models import LogBatch
from services.conversations.command_kinds import (
    COMMANDS,
    BatchedCommand,
    Command,
    CommandRules,
    SendMessage,
    SingleCommand,
    command_of,
)
from services.conversations.domain import new_id, shard_of
from services.conversations.outcomes import MessageStored
from services.conversations.store.log_writes import Applied, apply_commands, execute_single, start_conversation
from tests.kit import examples
from tests.kit.client_state import ClientState
from tests.kit.life import Json
from tests.kit.reference import Reference

SHARDS = 3
TEXTS = ["hello", "ünïcödé 🚲", 'quotes " and \\ and \n lines', "x" * 4000, "<b>&amp;</b>", "\u2028\u0001."]
BATCHED = [kind for kind, command in COMMANDS.items() if issubclass(command, BatchedCommand)]
EXAMPLES = {kind: examples.commands(kind) for kind, command in COMMANDS.items() if issubclass(command, SingleCommand)}
RULES = CommandRules(withheld=frozenset(), edit_window=timedelta(days=1), delete_window=timedelta(days=1))
PEOPLE = ["amira", "ben", "chen", "dora", "stranger"]

_batch = TypeAdapter(LogBatch)
_wire: TypeAdapter[models.Command] = TypeAdapter(models.Command)


class Started(NamedTuple):
    """A conversation in the database."""

    id: UUID
    buyer: str
    seller: str


@pytest.fixture
async def connection(new_database: Callable[[int], str]) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(new_database(SHARDS))
    yield opened
    await opened.close()


@pytest.mark.parametrize("seed", range(6))
async def test_batches_do_what_single_commands_would_do(connection: asyncpg.Connection, seed: int) -> None:
    chance = _chance(seed)
    reference = Reference(shards=1)
    conversations = [await _started(connection, chance, number) for number in range(6)]
    for conversation in conversations:
        reference.start(conversation.buyer, conversation.seller, id_=conversation.id)
    (log,) = reference.life.shards
    heads = await _heads(connection)
    for _ in range(40):
        shard = chance.randrange(SHARDS)
        wires = [_wire_command(chance, conversations) for _ in range(chance.randint(1, 30))]
        if chance.random() < 0.5:
            wires = [_single(chance, conversations)]
        wires = [wire for wire in wires if shard_of(UUID(wire["conversationId"]), SHARDS) == shard]
        commands = [_as_command(wire) for wire in wires]
        if not commands:
            continue
        applied = await _apply(connection, shard, commands)
        known = len(log)
        expected = reference.execute([_with_message_id(*pair) for pair in zip(wires, commands, strict=True)])
        results = [_without_time(orjson.loads(orjson.dumps(outcome.document()))) for outcome in applied.outcomes]
        assert results == [_without_time(result) for result in expected]
        if len(log) == known:
            assert applied.logged is None
            continue
        heads[shard] += 1
        assert applied.logged is not None
        assert applied.logged.pos == heads[shard]
        assert _events(applied.logged.payload, shard, heads[shard]) == [_essence(event) for event in log[-1]]
    for conversation in conversations:
        await _assert_same_tables(connection, conversation, reference.now)
    assert await _heads(connection) == heads
    await _assert_dense_log(connection, heads)


async def test_a_clock_that_goes_back_does_not_reorder_times(connection: asyncpg.Connection) -> None:
    conversation = await _started(connection, _chance(0), 0)
    shard = shard_of(conversation.id, SHARDS)
    await connection.execute(
        "UPDATE conversations SET last_activity_at = last_activity_at + interval '1 hour' WHERE id = $1",
        conversation.id,
    )
    before = await connection.fetchval("SELECT last_activity_at FROM conversations WHERE id = $1", conversation.id)
    applied = await apply_commands(connection, shard, [_message(conversation)])
    (outcome,) = applied.outcomes
    assert isinstance(outcome, MessageStored)
    assert outcome.created_at >= before
    assert outcome.created_at - before < timedelta(seconds=1)


async def test_a_conversation_of_another_shard_is_not_found(connection: asyncpg.Connection) -> None:
    conversation = await _started(connection, _chance(0), 0)
    wrong = (shard_of(conversation.id, SHARDS) + 1) % SHARDS
    applied = await apply_commands(connection, wrong, [_message(conversation)])
    assert applied.outcomes[0].document() == {"status": "rejected", "code": "conversation_not_found"}


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
            batch = [_message(conversation) for _ in range(4)]
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
        await apply_commands(connection, shard, [_message(conversation)])
    await connection.execute("SELECT pg_stat_force_next_flush()")
    after = await connection.fetchval("SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'messages'")
    assert after == before


def _chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - the same numbers again is what is wanted


def _wire_command(chance: random.Random, conversations: list[Started]) -> Json:
    """Of any kind, with the fields of all: those of other kinds are ignored."""
    conversation = chance.choice(conversations)
    key = f"key-{chance.randint(1, 25)}" if chance.random() < 0.5 else str(new_id())
    command: Json = {
        "kind": chance.choice(["send_message", *BATCHED]),
        "userId": chance.choice([conversation.buyer, conversation.seller] * 4 + PEOPLE),
        "conversationId": str(conversation.id if chance.random() > 0.03 else new_id()),
        "clientMessageId": key,
        "content": chance.choice(TEXTS[:2] if "key" in key else TEXTS),
    }
    command |= chance.choice([{}, {}, {"replyTo": 1}, {"replyTo": chance.randint(1, 12)}])
    return command | chance.choice([{}, {"seq": 1}, {"seq": chance.randint(1, 60)}, {"seq": 2**53 - 1}])


def _single(chance: random.Random, conversations: list[Started]) -> Json:
    """Of any kind: an example of the contracts, by one of the people and about one of the messages here."""
    about = {"seq": chance.randint(1, 12), "expectedVersion": chance.randint(0, 2)}
    example = chance.choice(EXAMPLES[chance.choice(list(EXAMPLES))])
    values = {**_wire_command(chance, conversations), **about, "kind": example["kind"]}
    command: Json = examples.filled(example, values)
    return command


async def _apply(connection: asyncpg.Connection, shard: int, commands: list[Command]) -> Applied:
    match commands:
        case [SingleCommand() as command]:
            outcome, logged = await execute_single(connection, shard, command, RULES)
            return Applied([outcome], logged)
    return await apply_commands(connection, shard, [one for one in commands if isinstance(one, BatchedCommand)])


def _as_command(wire: Json) -> Command:
    return command_of(_wire.validate_json(orjson.dumps(wire)))


def _with_message_id(wire: Json, command: Command) -> Json:
    """The service chooses it."""
    return {**wire, "messageId": str(getattr(command, "message_id", ""))}


def _message(conversation: Started) -> SendMessage:
    return SendMessage(conversation.buyer, conversation.id, str(new_id()), "hello", new_id())


async def _started(
    connection: asyncpg.Connection, chance: random.Random, number: int, *, shards: int = SHARDS
) -> Started:
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
    return Started(conversation_id, buyer, seller)


def _without_time(document: Json) -> Json:
    """Times are the database's, also those of the message within."""
    timeless = {name: value for name, value in document.items() if name not in {"createdAt", "editedAt"}}
    return {**timeless, "message": _without_time(timeless["message"])} if "message" in timeless else timeless


def _events(payload: str, shard: int, pos: int) -> list[Json]:
    _batch.validate_json(payload)
    events = orjson.loads(payload)
    for idx, event in enumerate(events):
        assert (event["shard"], event["pos"], event["idx"]) == (shard, pos, idx)
        assert event["id"] == f"{shard}-{pos}-{idx}"
    return [_essence(event) for event in events]


def _essence(event: Json) -> Json:
    """All but places, times, and what does not follow from commands."""
    data = {name: value for name, value in event["data"].items() if name != "itemId"}
    if "conversation" in data:
        data["conversation"] = data["conversation"]["id"]
    return {"type": event["type"], **_without_time(data)}


async def _heads(connection: asyncpg.Connection) -> dict[int, int]:
    rows = await connection.fetch("SELECT shard, head_pos FROM log_shards")
    return {row["shard"]: row["head_pos"] for row in rows}


async def _assert_same_tables(connection: asyncpg.Connection, conversation: Started, expected: ClientState) -> None:
    row = await connection.fetchrow("SELECT * FROM conversations WHERE id = $1", conversation.id)
    stored = await connection.fetch("SELECT * FROM messages WHERE conversation_id = $1 ORDER BY seq", conversation.id)
    name = str(conversation.id)
    messages = list(expected.messages[name].values())
    assert row is not None
    assert row["last_seq"] == len(messages) == len(stored)
    assert row["buyer_last_read_seq"] == expected.read[name, conversation.buyer]
    assert row["seller_last_read_seq"] == expected.read[name, conversation.seller]
    assert [(m["seq"], str(m["id"]), m["content"], m["client_message_id"], m["version"]) for m in stored] == [
        (m["seq"], m["id"], m["content"], m["clientMessageId"], m.get("version")) for m in messages
    ]
    plain = [m["seq"] for m in messages if not {"replyTo", "version"} & m.keys()]
    assert [m["seq"] for m in stored if m["extras"] is None] == plain, "a plain message stores nothing more"
    places = [m["event_pos"] for m in stored]
    assert places == sorted(set(places))
    if stored:
        assert row["facts_event_pos"] == places[0] - 1, "a resume must tell the seller to fetch it"
        assert row["last_message_id"] == stored[-1]["id"]
        assert row["last_message_preview"] == stored[-1]["content"][:160]
        assert row["last_message_version"] == stored[-1]["version"]
        assert row["last_message_role"] == stored[-1]["sender_role"]
        assert row["last_message_at"] == row["last_activity_at"] == stored[-1]["created_at"]
        assert row["updated_event_pos"] >= places[-1]


async def _assert_dense_log(connection: asyncpg.Connection, heads: dict[int, int]) -> None:
    for shard, head in heads.items():
        rows = await connection.fetch("SELECT pos FROM event_log WHERE shard = $1 ORDER BY pos", shard)
        assert [row["pos"] for row in rows] == list(range(1, head + 1))
