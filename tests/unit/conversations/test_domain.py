"""Shards, ids and times."""

from collections import Counter
from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.conversations.domain import new_id, rfc3339, shard_of


def test_a_conversation_stays_in_its_shard_for_good() -> None:
    """These pairs are in databases: another function would lose conversations."""
    assert [shard_of(UUID(int=number), 8) for number in range(4)] == [5, 3, 1, 7]
    assert shard_of(UUID("01a2056c-6e65-7709-b3dd-3b10dab1af85"), 64) == 16


def test_conversations_spread_evenly_over_shards() -> None:
    counts = Counter(shard_of(new_id(), 4) for _ in range(4000))
    assert set(counts) == {0, 1, 2, 3}
    assert min(counts.values()) > 800


def test_ids_are_made_in_order() -> None:
    ids = [new_id() for _ in range(100)]
    assert ids == sorted(ids)
    assert {made.version for made in ids} == {7}


@pytest.mark.parametrize("microsecond", [0, 1, 123456])
def test_times_always_have_microseconds_and_a_z(microsecond: int) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, microsecond, tzinfo=UTC)
    assert rfc3339(moment) == f"2026-01-02T03:04:05.{microsecond:06d}Z"
