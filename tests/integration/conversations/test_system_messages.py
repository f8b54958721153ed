"""Messages of the marketplace itself: stored once per key, for both people, by HTTP and by events."""

from collections.abc import Mapping
from typing import Any

import pytest
from aio_pika.abc import AbstractChannel
from structlog.testing import capture_logs

from contracts.generated.limits import SYSTEM_SENDER_ID
from services.conversations.app import SERVICE_METRICS
from tests.integration.conversations.marketplace import DEAD_LETTERED
from tests.kit.conversations import Conversations, Talk, until
from tests.kit.credentials import token_of
from tests.kit.marketplace import tell

PAID = {"kind": "order.paid", "key": "o-1-paid", "params": {"price": {"amount": "120.00", "currency": "EUR"}}}
NOTICE = {"kind": "notice", "key": "n-1", "text": {"de": "Abholbereit", "pt-BR": "Pronto"}}


@pytest.fixture
async def talk(connected: Conversations) -> Talk:
    """The buyer has written once."""
    talk = await connected.new_conversation()
    await talk.send("hello")
    return talk


async def test_a_system_message_is_the_next_message_for_both(talk: Talk) -> None:
    posted = await talk.post(PAID)
    assert posted.status == 201
    assert posted.body == {
        "id": posted.body["id"],
        "seq": 2,
        "content": "The order has been paid: 120.00\u00a0EUR.",
        "senderId": SYSTEM_SENDER_ID,
        "clientMessageId": "o-1-paid",
        "createdAt": posted.body["createdAt"],
        "kind": "order.paid",
        "card": {"text": posted.body["card"]["text"], "params": PAID["params"]},
    }
    assert posted.body["card"]["text"]["de"] == "Die Bestellung wurde bezahlt: 120,00\u00a0EUR."
    for user in (talk.buyer, talk.seller):
        assert (await talk.history(user=user)).body["messages"][1] == posted.body


async def test_it_is_unread_for_both_and_shown_by_the_list(talk: Talk) -> None:
    """Nobody has read it by having written it; what comes after it is a person's again."""
    posted = (await talk.post({**PAID, "link": "https://shop.example/orders/1"})).body
    views = [await talk.view(user) for user in (talk.buyer, talk.seller)]
    assert [(view["lastSeq"], view["unreadCount"], view["lastReadSeq"]) for view in views] == [(2, 1, 1), (2, 2, 0)]
    for view in views:
        assert view["lastMessage"] == {
            "id": posted["id"],
            "seq": 2,
            "preview": posted["content"],
            "senderId": SYSTEM_SENDER_ID,
            "createdAt": posted["createdAt"],
            "kind": "order.paid",
            "card": posted["card"],
        }
    await talk.send("thanks")
    assert (await talk.view(talk.seller))["lastMessage"].keys().isdisjoint({"kind", "card"})


async def test_its_event_has_the_message_and_both_people(talk: Talk) -> None:
    head = await talk.service.ends()
    posted = (await talk.post(PAID)).body
    (event,) = await talk.service.events(after=head)
    assert event["type"] == "message.sent.v1"
    assert event["data"] == {
        "conversationId": str(talk.id),
        "itemId": talk.item,
        "message": posted,
        "recipients": [talk.buyer, talk.seller],
    }


async def test_the_first_message_of_a_conversation_may_be_one(connected: Conversations) -> None:
    """The seller first receives the conversation, which was the buyer's alone; then both the message."""
    talk = await connected.new_conversation()
    head = await connected.ends()
    posted = (await talk.post(PAID)).body
    started, sent = await connected.events(after=head)
    assert (started["type"], started["data"]["recipients"]) == ("conversation.started.v1", [talk.seller])
    assert (sent["data"]["message"], sent["data"]["recipients"]) == (posted, [talk.buyer, talk.seller])
    listed = await connected.request("GET", "/api/conversations", user=talk.seller)
    assert [one["id"] for one in listed.body["conversations"]] == [str(talk.id)]
    assert (await talk.send("hello")).body["seq"] == 2


async def test_the_same_key_and_content_is_stored_once(talk: Talk) -> None:
    """What the marketplace gave is compared, not how it is worded."""
    posted = await talk.post({**NOTICE, "text": {"de": "Abholbereit", "en": "Ready"}})
    again = await talk.post({**NOTICE, "text": {"en": "Ready", "de": "Abholbereit"}, "unknown": 1})
    assert (posted.status, again.status) == (201, 200)
    assert again.body == posted.body
    assert len((await talk.history()).body["messages"]) == 2


async def test_a_key_is_bound_to_its_content_and_to_its_conversation(talk: Talk) -> None:
    posted = (await talk.post(NOTICE)).body
    other = {"kind": "order.shipped", "key": "n-1"}
    changed = {**NOTICE, "text": {"de": "Abgeholt"}}
    for message in (other, changed, {**NOTICE, "link": "https://shop.example/"}):
        refused = await talk.post(message)
        assert (refused.status, refused.code) == (409, "key_conflict")
    assert (await talk.history()).body["messages"][1:] == [posted]
    assert (await (await talk.service.new_conversation()).post(changed)).status == 201
    assert (await talk.send("my own", key="n-1")).status == 201


async def test_the_content_is_english_or_the_first_text(talk: Talk) -> None:
    notices: Mapping[str, dict[str, str]] = {
        "Abholbereit": {"de": "Abholbereit", "pt-BR": "Pronto"},
        "Ready": {"de": "Abholbereit", "en-GB": "Ready"},
        "In English": {"en-GB": "Ready", "en": "In English"},
    }
    for key, (content, text) in enumerate(notices.items()):
        posted = (await talk.post({**NOTICE, "key": f"n-{key}", "text": text})).body
        assert (posted["content"], posted["card"]) == (content, {"text": text})


async def test_the_marketplace_words_a_kind_itself_where_it_wants_to(talk: Talk) -> None:
    posted = (await talk.post({**PAID, "text": {"en": "Paid!", "pl": "Zapłacono"}})).body
    text = posted["card"]["text"]
    assert (posted["content"], text["en"], text["pl"]) == ("Paid!", "Paid!", "Zapłacono")
    assert text["fr"] == "La commande a été payée\u00a0: 120,00\u00a0EUR."


REFUSED: Mapping[str, tuple[dict[str, Any], str]] = {
    "an unknown kind": ({"kind": "order.lost", "key": "k"}, "kind"),
    "no kind": ({"key": "k"}, "kind"),
    "no key": ({"kind": "order.shipped"}, "key"),
    "a key that is too long": ({**NOTICE, "key": "k" * 65}, "key"),
    "no text": ({"kind": "notice", "key": "k"}, "text"),
    "no language": ({**NOTICE, "text": {}}, "text"),
    "21 languages": ({**NOTICE, "text": {f"a{letter}": "x" for letter in "abcdefghijklmnopqrstu"}}, "text"),
    "a blank text": ({**NOTICE, "text": {"en": " "}}, "text.en"),
    "a text that is too long": ({**NOTICE, "text": {"en": "x" * 1001}}, "text.en"),
    "too many texts": ({**NOTICE, "text": {f"a{letter}": "x" * 1000 for letter in "abcdefghi"}}, "text"),
    "NUL": ({**NOTICE, "text": {"en": "a\0b"}}, "text.en"),
    "a script as link": ({**PAID, "link": "javascript:alert(1)"}, "link"),
    "a link that is not encrypted": ({**PAID, "link": "http://shop.example/"}, "link"),
    "a link with a name before its host": ({**PAID, "link": "https://shop.example@evil.example/"}, "link"),
    "a link with a direction mark": ({**PAID, "link": "https://shop.example/\u202egpj.exe"}, "link"),
    "no price": ({**PAID, "params": {}}, "params.price"),
    "a price in floating point": (
        {**PAID, "params": {"price": {"amount": 1.5, "currency": "EUR"}}},
        "params.price.amount",
    ),
    "markup as tracking number": (
        {"kind": "order.shipped", "key": "k", "params": {"trackingNumber": "<img>"}},
        "params.trackingNumber",
    ),
    "a carrier that is too long": (
        {"kind": "order.shipped", "key": "k", "params": {"carrier": "x" * 65}},
        "params.carrier",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_what_violates_the_contract_is_refused_by_its_field(talk: Talk, what: str) -> None:
    message, field = REFUSED[what]
    refused = await talk.post(message)
    assert (refused.status, refused.code) == (422, "invalid_request")
    assert field in [error["field"] for error in refused.body["errors"]], refused.body
    assert len((await talk.history()).body["messages"]) == 1


async def test_a_locale_is_a_language_tag(talk: Talk) -> None:
    for locale in ("EN", "english!", "e", "../de", "de_DE", "d" * 36):
        assert (await talk.post({**NOTICE, "text": {locale: "x"}})).code == "invalid_request"


async def test_texts_of_the_greatest_length_are_stored(talk: Talk) -> None:
    text = {f"a{letter}": "\U0001f600" * 1000 for letter in "abcdefgh"}
    posted = await talk.post({**NOTICE, "text": text})
    assert (posted.status, posted.body["card"]["text"]) == (201, text)


async def test_nobody_edits_or_deletes_a_system_message(talk: Talk) -> None:
    posted = (await talk.post(PAID)).body
    for user in (talk.buyer, talk.seller):
        assert (await talk.edit(posted["seq"], "another text", user=user)).code == "not_your_message"
        assert (await talk.delete(posted["seq"], user=user)).code == "not_your_message"
    assert (await talk.history()).body["messages"][1] == posted


async def test_both_people_react_and_reply_to_a_system_message(talk: Talk) -> None:
    """A repeat of it finds it as it is now, and the list keeps its card."""
    posted = (await talk.post(PAID)).body
    for user in (talk.buyer, talk.seller):
        assert (await talk.react(posted["seq"], "👍", user=user)).status == 200
    again = await talk.post(PAID)
    assert (again.status, again.body["version"], again.body["card"]) == (200, 2, posted["card"])
    assert len(again.body["reactions"]) == 2
    assert (await talk.view(talk.buyer))["lastMessage"]["card"] == posted["card"]
    replied = await talk.send("Great!", user=talk.seller, reply_to=posted["seq"])
    assert replied.body["replyTo"] == posted["seq"]


async def test_only_the_marketplace_posts(talk: Talk) -> None:
    path = f"/internal/conversations/{talk.id}/system-messages"
    for user in (None, talk.buyer, talk.seller):
        refused = await talk.service.request("POST", path, user=user, body=PAID)
        assert (refused.status, refused.code) == (401, "unauthenticated")


async def test_nobody_logs_in_as_the_sender_of_system_messages(talk: Talk) -> None:
    answer = await talk.service.request("GET", "/api/conversations", token=token_of(SYSTEM_SENDER_ID))
    assert (answer.status, answer.code) == (401, "unauthenticated")


async def test_there_is_no_message_without_a_conversation(connected: Conversations) -> None:
    for name in ("0192f1c8-7a10-7c44-9f0e-3b1d5a7e9c99", "nonsense"):
        path = f"/internal/conversations/{name}/system-messages"
        refused = await connected.request("POST", path, service=True, body=PAID)
        assert (refused.status, refused.code) == (404, "conversation_not_found")


async def test_an_event_posts_it_once(talk: Talk, channel: AbstractChannel) -> None:
    """A number is taken as it is written; HTTP finds the message of the event."""
    price = {"amount": 120.50, "currency": "EUR"}
    data = {"conversationId": str(talk.id), "message": {**PAID, "params": {"price": price}}}
    for _ in range(2):
        await tell(channel, "message.posted", data)
    found = await until(talk.history, lambda answer: len(answer.body["messages"]) == 2)
    price["amount"] = "120.5"
    again = await talk.post({**PAID, "params": {"price": price}})
    assert (again.status, again.body) == (200, found.body["messages"][1])
    assert again.body["content"] == "The order has been paid: 120.5\u00a0EUR."


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"conversationId": "0192f1c8-7a10-7c44-9f0e-3b1d5a7e9c99"}, "data.conversationId"),
        ({"conversationId": "nonsense"}, "data.conversationId"),
        ({"message": {**NOTICE, "text": {"de": "Abgeholt"}}}, "data.message.key"),
        (
            {"message": {**NOTICE, "key": "n-2", "text": {f"a{x}": "x" * 1000 for x in "abcdefghi"}}},
            "data.message.text",
        ),
        ({"message": {**PAID, "link": "javascript:alert(1)"}}, "data.message.order.paid.link"),
        ({"message": {"kind": "order.lost", "key": "l-1"}}, "data.message"),
    ],
)
async def test_an_event_that_cannot_be_posted_is_dead_lettered_and_counted(
    talk: Talk, channel: AbstractChannel, changed: dict[str, Any], field: str
) -> None:
    """Once, and the next one is applied."""
    await talk.post(NOTICE)
    metrics = talk.service.app[SERVICE_METRICS].marketplace_events
    counter = metrics.labels("marketplace.message.posted.v1", "dead_lettered")
    counted = counter._value.get()
    with capture_logs() as logs:
        told = await tell(channel, "message.posted", {"conversationId": str(talk.id), "message": NOTICE, **changed})
        await tell(channel, "message.posted", {"conversationId": str(talk.id), "message": PAID})
        stored = await until(talk.history, lambda answer: len(answer.body["messages"]) == 3)
    (line,) = [line for line in logs if line["event"] == DEAD_LETTERED]
    assert (line["event_id"], line["fields"]) == (told, [field])
    assert counter._value.get() == counted + 1
    assert [message["content"] for message in stored.body["messages"][1:]] == [
        "Abholbereit",
        "The order has been paid: 120.00\u00a0EUR.",
    ]
