"""Turns what the marketplace posts into what is stored: a readable text, and a card in every language. Does no I/O."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from string import Formatter
from typing import Any, get_args

import orjson

from contracts.generated import models
from contracts.model import ContractModel
from services.conversations.system_messages.texts import LANGUAGES, Language

MAX_TEXTS_LENGTH = 8000  # characters of all languages together: each is stored, pushed and cached with the message
FALLBACK = "en"
NO_BREAK = "\u00a0"  # an amount and its currency stay on one line

KINDS: Mapping[str, type[ContractModel]] = {
    member.model_fields["kind"].default: member for member in get_args(get_args(models.SystemMessage.__value__)[0])
}
"""The model of each kind."""


class TextsTooLong(ValueError):
    """The given texts are longer than MAX_TEXTS_LENGTH."""


@dataclass(frozen=True, slots=True)
class SystemMessage:
    """A system message as it is stored."""

    kind: str
    key: str
    content: str
    """The text for clients that know neither the kind nor cards."""
    card: Mapping[str, Any]
    """A MessageCard of the contracts."""
    digest: str
    """Of what the marketplace gave: a later release may word the same message differently."""


def render(posted: ContractModel) -> SystemMessage:
    """Render a message of one of KINDS. Raises TextsTooLong."""
    given = posted.model_dump(mode="json")
    own = given.get("text", {})
    if sum(map(len, own.values())) > MAX_TEXTS_LENGTH:
        raise TextsTooLong
    params = given.get("params")
    text = {name: _text(language, given["kind"], params or {}) for name, language in LANGUAGES.items()}
    text = {**{name: rendered for name, rendered in text.items() if rendered}, **own}
    return SystemMessage(
        kind=given["kind"],
        key=given["key"],
        content=_fallback(text),
        card={"text": text, **{name: given[name] for name in ("params", "link") if name in given}},
        digest=sha256(orjson.dumps(given, option=orjson.OPT_SORT_KEYS)).hexdigest(),
    )


def _fallback(text: Mapping[str, str]) -> str:
    """English, of whatever region; else the first."""
    english = (text[name] for name in text if name.partition("-")[0] == FALLBACK)
    return text.get(FALLBACK) or next(english, None) or next(iter(text.values()))


def _text(language: Language, kind: str, params: Mapping[str, Any]) -> str:
    """The sentences of a kind whose params are all given."""
    values = {name: _value(language, value) for name, value in params.items()}
    sentences: Sequence[str] = language.sentences.get(kind, ())
    return " ".join(each.format_map(values) for each in sentences if values.keys() >= set(_fields(each)))


def _value(language: Language, value: Any) -> str:
    if isinstance(value, dict):  # a Price
        return f"{value['amount'].replace('.', language.decimal_point)}{NO_BREAK}{value['currency']}"
    return str(value)


def _fields(sentence: str) -> Iterator[str]:
    return (name for _, name, _, _ in Formatter().parse(sentence) if name is not None)
