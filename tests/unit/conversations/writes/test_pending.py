"""The queue before a shard's writer."""

import asyncio

import pytest

from services.conversations.command_kinds import MarkRead
from services.conversations.domain import OVERLOADED, UNAVAILABLE, new_id
from services.conversations.outcomes import Executed
from services.conversations.writes.pending import CommandGroup, Entry, Pending, Refused
from tests.kit.waiting import eventually


def _group(commands: int = 1, *, size_bytes: int = 10, within: float = 60) -> CommandGroup:
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Executed] = loop.create_future()
    group = [MarkRead("amira", new_id(), None)] * commands
    return CommandGroup(loop.time() + within, future, commands, size_bytes, group=group)


def _single(*, joins: bool = False) -> Entry[None]:
    loop = asyncio.get_running_loop()
    return Entry(loop.time() + 60, loop.create_future(), 1, 0, joins)


def _pending(max_commands: int = 100, max_bytes: int = 1000) -> Pending:
    return Pending(max_commands=max_commands, max_bytes=max_bytes)


async def test_entries_come_out_in_order_as_many_as_fit() -> None:
    pending = _pending()
    groups = [_group(3) for _ in range(5)]
    for group in groups:
        pending.put(group)
    assert pending.take(max_commands=7, max_bytes=1000) == groups[:2]
    assert pending.take(max_commands=7, max_bytes=15) == groups[2:3]
    assert pending.take(max_commands=7, max_bytes=1000) == groups[3:]
    assert (pending.commands, pending.size_bytes) == (0, 0)


async def test_a_group_larger_than_a_batch_still_comes_out_alone() -> None:
    pending = _pending()
    large, small = _group(50), _group(1)
    pending.put(large)
    pending.put(small)
    assert pending.take(max_commands=10, max_bytes=5) == [large]


async def test_an_entry_that_joins_others_comes_out_with_them() -> None:
    pending = _pending()
    entries: list[Entry[object]] = [_group(2), _single(joins=True), _group(2), _single(joins=True), _single()]  # type: ignore[list-item]  # of any result
    for entry in entries:
        pending.put(entry)
    assert pending.take(max_commands=5, max_bytes=1000) == entries[:3]
    assert pending.take(max_commands=5, max_bytes=1000) == entries[3:4]
    assert pending.take(max_commands=5, max_bytes=1000) == entries[4:]


async def test_other_entries_come_out_alone_and_in_order() -> None:
    pending = _pending()
    entries: list[Entry[object]] = [_group(), _single(), _group(), _group()]  # type: ignore[list-item]  # of any result
    for entry in entries:
        pending.put(entry)
    taken = [pending.take(max_commands=10, max_bytes=1000) for _ in range(3)]
    assert taken == [entries[:1], entries[1:2], entries[2:]]


@pytest.mark.parametrize("limits", [{"max_commands": 5}, {"max_bytes": 25}])
async def test_a_full_queue_refuses_and_keeps_what_it_has(limits: dict[str, int]) -> None:
    pending = _pending(**limits)
    kept = _group(2)
    pending.put(kept)
    pending.put(_group(2))
    with pytest.raises(Refused) as refused:
        pending.put(_group(2))
    assert refused.value.rejected == OVERLOADED
    assert pending.take(max_commands=2, max_bytes=1000) == [kept]
    pending.put(_group(2))


async def test_past_its_deadline_an_entry_is_refused_at_once_and_never_taken() -> None:
    pending = _pending()
    late, patient = _group(within=0.02), _group()
    pending.put(late)
    pending.put(patient)
    with pytest.raises(Refused) as refused:
        await late.future
    assert refused.value.rejected == UNAVAILABLE
    assert pending.take(max_commands=10, max_bytes=1000) == [patient]


async def test_an_entry_that_has_begun_outlives_its_deadline() -> None:
    pending = _pending()
    begun, bystander = _group(within=0.02), _group(within=0.03)
    pending.put(begun)
    pending.put(bystander)
    assert begun.begin()
    await eventually(bystander.future.done, within=30)
    assert not begun.future.done()
    assert not bystander.begin()
    begun.answer(Executed([]))
    assert await begun.future == Executed([])
    assert isinstance(bystander.future.exception(), Refused)


async def test_a_caller_that_is_gone_is_not_answered() -> None:
    pending = _pending()
    gone = _group()
    pending.put(gone)
    gone.future.cancel()
    assert pending.take(max_commands=10, max_bytes=1000) == []
    gone.answer(Executed([]))


async def test_shutdown_answers_every_caller() -> None:
    pending = _pending()
    groups = [_group() for _ in range(3)]
    for group in groups:
        pending.put(group)
    pending.refuse_all(UNAVAILABLE)
    for group in groups:
        with pytest.raises(Refused):
            await group.future
