"""Shards, ids and times."""

from collections import Counter
from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.conversations.domain import new_id, new_id_in, placement, rfc3339, shard_of


def test_a_conversation_stays_in_its_shard_for_good() -> None:
    """These pairs are in databases: another function would lose conversations."""
    assert [shard_of(UUID(int=number), 8) for number in range(4)] == [5, 3, 1, 7]
    assert shard_of(UUID("01a2056c-6e65-7709-b3dd-3b10dab1af85"), 64) == 16


def test_conversations_spread_evenly_over_shards() -> None:
    counts = Counter(shard_of(new_id(), 4) for _ in range(4000))
    assert set(counts) == {0, 1, 2, 3}
    assert min(counts.values()) > 800


@pytest.mark.parametrize("shards", [1, 4, 16, 64])
def test_new_conversations_spread_evenly_over_shards(shards: int) -> None:
    """Of many buyers about many items, with ids that hardly differ."""
    pairs = 400 * shards
    counts = Counter(
        placement(tenant=0, item_id=f"item-{number // 20}", buyer_id=f"buyer-{number % 20}", shards=shards)
        for number in range(pairs)
    )
    assert set(counts) == set(range(shards))
    assert 300 < min(counts.values()) <= max(counts.values()) < 500


def test_the_placement_of_an_item_and_a_buyer_never_changes() -> None:
    """Replicas of two releases must agree, or they would start the same conversation under two locks."""
    items = [placement(tenant=0, item_id=f"item-{number}", buyer_id="amira", shards=16) for number in range(4)]
    assert items == [15, 11, 6, 2]
    assert placement(tenant=1, item_id="item-0", buyer_id="amira", shards=16) == 9


def test_the_parts_of_a_placement_are_told_apart() -> None:
    """The end of an item's id is not the beginning of a buyer's."""
    one = placement(tenant=0, item_id="item1", buyer_id="2", shards=1024)
    assert one != placement(tenant=0, item_id="item", buyer_id="12", shards=1024)


@pytest.mark.parametrize("shards", [1, 4, 64])
def test_an_id_is_made_for_any_shard(shards: int) -> None:
    assert [shard_of(new_id_in(shard, shards), shards) for shard in range(shards)] == list(range(shards))


def test_ids_are_made_in_order() -> None:
    ids = [new_id() for _ in range(100)]
    assert ids == sorted(ids)
    assert {made.version for made in ids} == {7}


@pytest.mark.parametrize("microsecond", [0, 1, 123456])
def test_times_always_have_microseconds_and_a_z(microsecond: int) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, microsecond, tzinfo=UTC)
    assert rfc3339(moment) == f"2026-01-02T03:04:05.{microsecond:06d}Z"
