"""The product's own texts of system messages, in each language."""

from string import Formatter

import pytest

from contracts.generated.models import NoticeMessage, OrderCancelledMessage, OrderPaidMessage, OrderShippedMessage
from contracts.model import ContractModel
from services.conversations.system_messages.rendering import KINDS, render
from services.conversations.system_messages.texts import LANGUAGES

WORDED = set(KINDS) - {"notice"}


def fields(sentence: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(sentence) if name is not None]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_words_every_kind_with_the_same_params(language: str) -> None:
    """Sentence by sentence, as English does."""
    english, sentences = LANGUAGES["en"].sentences, LANGUAGES[language].sentences
    assert set(sentences) == WORDED
    assert {kind: list(map(fields, worded)) for kind, worded in sentences.items()} == {
        kind: list(map(fields, worded)) for kind, worded in english.items()
    }


def test_every_param_of_a_kind_is_worded() -> None:
    for kind in WORDED:
        params = KINDS[kind].model_fields["params"].annotation
        (model,) = [each for each in (params, *getattr(params, "__args__", ())) if _is_model(each)]
        worded = {name for sentence in LANGUAGES["en"].sentences[kind] for name in fields(sentence)}
        assert worded == {field.alias or name for name, field in model.model_fields.items()}


def _is_model(each: object) -> bool:
    return isinstance(each, type) and issubclass(each, ContractModel)


@pytest.mark.parametrize(
    ("posted", "english", "german"),
    [
        (
            '{"kind": "order.paid", "key": "k", "params": {"price": {"amount": "1200.50", "currency": "EUR"}}}',
            "The order has been paid: 1200.50\u00a0EUR.",
            "Die Bestellung wurde bezahlt: 1200,50\u00a0EUR.",
        ),
        ('{"kind": "order.shipped", "key": "k"}', "The item has been shipped.", "Der Artikel wurde verschickt."),
        (
            '{"kind": "order.shipped", "key": "k", "params": {"carrier": "{price}"}}',
            "The item has been shipped. Carrier: {price}.",
            "Der Artikel wurde verschickt. Versanddienst: {price}.",
        ),
        ('{"kind": "order.cancelled", "key": "k"}', "The order has been cancelled.", "Die Bestellung wurde storniert."),
    ],
)
def test_a_sentence_is_left_out_without_its_params(posted: str, english: str, german: str) -> None:
    models = (NoticeMessage, OrderPaidMessage, OrderShippedMessage, OrderCancelledMessage)
    (model,) = [each for each in models if f'"{each.model_fields["kind"].default}"' in posted]
    message = render(model.from_wire(posted))
    assert (message.content, message.card["text"]["en"], message.card["text"]["de"]) == (english, english, german)
