"""Opaque cursors."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.problems import InvalidRequest
from services.conversations.api.paging import decode_cursor, encode_cursor

_moments = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001 - the strategy adds the time zone
    max_value=datetime(9998, 1, 1),  # noqa: DTZ001 - as above
    timezones=st.just(UTC),
)


@given(moment=_moments, name=st.text(max_size=64, alphabet=st.characters(codec="utf-8")))
def test_a_cursor_decodes_to_its_position(moment: datetime, name: str) -> None:
    assert decode_cursor(encode_cursor(moment, name)) == (moment, name)


@given(st.text(max_size=256))
def test_anything_else_is_refused_by_name(text: str) -> None:
    try:
        decode_cursor(text)
    except InvalidRequest as problem:
        assert [error.field for error in problem.errors] == ["cursor"]


@pytest.mark.parametrize("cursor", ["", "e30", "WzEsMl0", "W10", "WzEuNSwiYSJd", "é", "a" * 5, "WzFlOTksImEiXQ"])
def test_an_invalid_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidRequest):
        decode_cursor(cursor)
