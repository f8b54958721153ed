"""Emoji are those that Unicode recommends for general interchange, for both engines of Python; by emoji_pattern.py."""

import re

import emoji
import pytest
from pydantic import TypeAdapter, ValidationError

from contracts.emoji_pattern import pattern, recommended
from contracts.generated import models
from contracts.schemas import bundle

EMOJI = bundle()["$defs"]["Emoji"]
TO_THE_END = EMOJI["pattern"].removesuffix("$") + r"\Z"  # Python also has `$` match before a final line break
MODEL: TypeAdapter[str] = TypeAdapter(models.Emoji)


def is_accepted(text: str) -> bool:
    """By the model. Fails if the schema's pattern says something else."""
    try:
        MODEL.validate_python(text)
    except ValidationError:
        accepted = False
    else:
        accepted = True
    assert accepted == (re.search(TO_THE_END, text) is not None), ascii(text)
    return accepted


def test_the_pattern_is_current() -> None:
    """`python -m contracts.emoji_pattern` prints what belongs there."""
    assert EMOJI["pattern"] == pattern()


def test_every_recommended_emoji_is_accepted_and_fits() -> None:
    assert len(recommended()) > 3900
    assert [each for each in recommended() if not is_accepted(each)] == []
    assert max(map(len, recommended())) <= EMOJI["maxLength"]


def test_every_other_form_and_every_part_of_an_emoji_is_refused() -> None:
    """Forms that are not fully qualified, components, and whatever an emoji begins or ends with."""
    others = set(emoji.EMOJI_DATA)
    for each in recommended():
        others.update(each[:end] for end in range(len(each)))
        others.update(each[start:] for start in range(1, len(each)))
    assert [ascii(each) for each in others - recommended() if is_accepted(each)] == []


@pytest.mark.parametrize("before", ["", "👍", "a", " ", "\n", "\u200d"])
@pytest.mark.parametrize("after", ["👍", "a", " ", "\n", "\u200d", "\ufe0f", "🏻"])
def test_nothing_stands_beside_it(before: str, after: str) -> None:
    assert not is_accepted(f"{before}🚲{after}")
