"""Sync tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.generated.models import Resume
from marketplace_messaging import sync_token
from services.delivery.log.sync_token import (
    MAX_PUSHED_TOKEN_BYTES,
    PARTIAL,
    WHOLE_BATCH,
    EventPosition,
    MalformedToken,
    Positions,
    pushed_token,
)

MAX_SHARDS = 64  # LOG_SHARDS
EPOCH = "0123456789ab"  # as long as a generated one
epochs = st.from_regex(r"\A[A-Za-z0-9_]{1,32}\Z")

places = st.dictionaries(
    st.integers(0, 1023),
    st.builds(EventPosition, st.integers(0, 2**53 - 1), st.integers(0, 1023)),
    min_size=1,
    max_size=16,
)


@given(epochs, places)
def test_a_token_reads_back_as_what_it_was(epoch: str, where: dict[int, EventPosition]) -> None:
    """Shards in any order, one canonical text."""
    positions = Positions(epoch, where)
    assert Positions.from_token(positions.token()) == positions


@pytest.mark.parametrize(
    "token",
    [
        *("", "e1", "e1.", "e1.0", "e1.0-1", "e1.0-1-1024", "e1.0-1-1.0-2-0", "e1.0-1-1.", "e1.a-1-1", "e1.0--1-1"),
        *(".0-1-1", "e1.0-1-1\n", "e1.0-¹-1", "e1.0-" + "9" * 17 + "-0", "e-1.0-1-1", "x" * 33 + ".0-1-1", "~e1.0-1-1"),
    ],
)
def test_anything_else_is_a_malformed_token(token: str) -> None:
    """Strictly: what is not ours is told so."""
    with pytest.raises(MalformedToken):
        Positions.from_token(token)


def test_positions_compare_in_log_order() -> None:
    """By batch, then by event."""
    assert EventPosition(2, 0) > EventPosition(1, 1023)
    assert EventPosition(2, 1) > EventPosition(2, 0)


@pytest.mark.parametrize("pos", [0, 10**9, 2**53 - 1])
def test_a_client_can_resume_with_the_token_of_any_log(pos: int) -> None:
    """The whole token is accepted by the contract of `resume`."""
    token = Positions("e" * 32, dict.fromkeys(range(MAX_SHARDS), EventPosition(pos, WHOLE_BATCH))).token()
    assert Resume.from_wire(b'{"type":"resume","token":"%b"}' % token.encode()).token == token


@given(epochs, st.dictionaries(st.integers(0, 1023), st.integers(0, 2**53 - 1), min_size=1), st.data())
def test_a_pushed_token_is_short_and_stands_for_its_event(
    epoch: str, heads: dict[int, int], data: st.DataObject
) -> None:
    """For any log: folded into the token of before, it names the event in its shard and leaves the others alone."""
    shard, idx = data.draw(st.sampled_from(sorted(heads))), data.draw(st.integers(0, WHOLE_BATCH))
    before = Positions(epoch, {other: EventPosition(head, WHOLE_BATCH) for other, head in heads.items()})
    pos = heads[shard] + 1
    token = _pushed(epoch, heads, shard, pos, idx)
    assert 0 < len(token) <= MAX_PUSHED_TOKEN_BYTES
    after = Positions.from_token(sync_token.updated(before.token(), token))
    assert after == Positions(epoch, {**before.places, shard: EventPosition(pos, idx)})


@given(st.lists(st.tuples(st.integers(0, MAX_SHARDS - 1), st.integers(1, 3)), max_size=50))
def test_folded_tokens_equal_whole_ones(events: list[tuple[int, int]]) -> None:
    """Over a stream in which batches have several events: after each one, as if every frame carried the whole token."""
    heads = dict.fromkeys(range(MAX_SHARDS), 10**9)
    places = {shard: EventPosition(head, WHOLE_BATCH) for shard, head in heads.items()}
    held = Positions(EPOCH, places).token()
    for shard, size in events:
        heads[shard] += 1
        for idx in range(size):
            held = sync_token.updated(held, _pushed(EPOCH, heads, shard, heads[shard], idx))
            places[shard] = EventPosition(heads[shard], idx)
            assert held == Positions(EPOCH, places).token()


@pytest.mark.parametrize("shards", [1, 2])
def test_a_small_log_pushes_whole_tokens(shards: int) -> None:
    """A client that knows nothing of partial tokens loses nothing there."""
    assert not _pushed(EPOCH, dict.fromkeys(range(shards), 99_999), 0, 99_999, 7).startswith(PARTIAL)


def test_the_token_of_one_shard_is_always_whole() -> None:
    """At any position."""
    assert _pushed(EPOCH, {0: 2**53 - 1}, 0, 2**53 - 1, 7) == f"{EPOCH}.0-{2**53 - 1}-7"


def test_a_partial_token_of_another_epoch_changes_nothing() -> None:
    """The socket that pushed it is about to be closed."""
    assert sync_token.updated("e1.0-1-0.1-1-0", "~e2.0-5-0") == "e1.0-1-0.1-1-0"


def test_a_partial_token_adds_a_shard_that_is_new() -> None:
    """In the order of shards."""
    assert sync_token.updated("e1.0-1-0.10-1-0", "~e1.2-5-0") == "e1.0-1-0.2-5-0.10-1-0"


def _pushed(epoch: str, heads: dict[int, int], shard: int, pos: int, idx: int) -> str:
    before, after = pushed_token(epoch, heads, shard, pos)
    return (b"%b%d%b" % (before, idx, after)).decode()
