"""One form for an item's pictures and description, however the marketplace sends them."""

import pytest

from services.conversations.marketplace.item_details import Pictures, plain_text


@pytest.mark.parametrize(
    ("cover", "more", "stored"),
    [
        (None, [], Pictures(None, ())),
        ("/1", [], Pictures("/1", ())),
        ("/1", ["/2", "/3"], Pictures("/1", ("/2", "/3"))),
        (None, ["/1", "/2"], Pictures("/1", ("/2",))),
        ("/1", ["/1", "/2"], Pictures("/1", ("/2",))),
        ("/2", ["/1", "/2", "/1"], Pictures("/2", ("/1",))),
    ],
)
def test_the_cover_comes_first_and_no_picture_twice(cover: str | None, more: list[str], stored: Pictures) -> None:
    assert Pictures.of(cover, more) == stored


@pytest.mark.parametrize(
    ("description", "stored"),
    [
        ("One\n\nTwo", "One\n\nTwo"),
        ("One\r\nTwo\rThree", "One\nTwo\nThree"),
        ("\n One \n", "One"),
        ("x" * 10_000, "x" * 10_000),
        ("", None),
        (" \r\n\t", None),
        ("\u200b\u2060\u3164", None),
        (None, None),
    ],
)
def test_a_description_keeps_its_lines_and_is_absent_when_nothing_shows(
    description: str | None, stored: str | None
) -> None:
    assert plain_text(description) == stored
