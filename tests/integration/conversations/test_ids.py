"""Ids of the marketplace: what logins and shops issue works wherever it is used; what cannot be fetched is refused."""

from urllib.parse import quote
from uuid import uuid4

import orjson
import pytest
from pydantic import TypeAdapter

from contracts.generated.models import ConversationPage, ItemView, LogEvent, MessagePage, MessageSentEvent
from deploy.native.gateway.target import is_ambiguous
from tests.kit.conversations import Conversations

PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
USERS = [
    "auth0|507f1f77bcf86cd799439011",
    "google-oauth2|103547991597142817347",
    "jane+shop@example.com",
    "f:6b2cdf6c-4f3f-4f39-8a0f-1f6f0f2a5f6e:jane.doe+shop@example.com",
    'SHOP\\jane"doe"',
    "CN=jane,OU=people,O=shop/2026",
    "https://login.example/users/42?tenant=7#me",
    "%2e%2e",
    "{6B2CDF6C-4F3F-4F39-8A0F-1F6F0F2A5F6E}",
    "...",
    "';DROP/**/TABLE/**/users;--%_",
    PRINTABLE,
    "u" * 255,
]
ITEMS = [
    "bikes#7?size=M&colour=red;v:1@shop",
    '{"id":"1"}',
    "...",
    "..a",
    "-",
    PRINTABLE.translate({ord(each): None for each in "/\\%"}),
    "i" * 255,
]
NO_USER_IDS = ["u" * 256, "with space", "jané", "tab\t", "line\n", "."]
NO_ITEM_IDS = ["i" * 256, "with space", "é", "bikes/7", "bikes\\7", "50%"]


@pytest.mark.parametrize("user", USERS)
async def test_every_id_that_a_login_issues_works_wherever_it_is_used(service: Conversations, user: str) -> None:
    """As a buyer and as a seller: by token, in paths, queries, bodies, cursors and the log."""
    item = str(uuid4())
    path = f"/internal/users/{quote(user, safe='')}"
    for method, body in (("PUT", {"name": "Jane"}), ("GET", None)):
        told = (await service.request(method, path, service=True, body=body)).body
        assert (told["id"], told["name"]) == (user, "Jane")
    await service.put_item(item, seller=user)
    ends = await service.ends()
    bought = await service.start(item, buyer="amira")
    assert bought.body["counterpart"]["id"] == user
    await service.put_item(item, seller="ben")
    sold = await service.start(item, buyer=user)
    assert sold.status == 201
    command = {"kind": "send_message", "userId": user, "clientMessageId": "k", "content": 'a "quoted" text'}
    for number, conversation in enumerate((bought, sold)):
        sent = {**command, "conversationId": conversation.body["id"], "clientMessageId": f"k{number}"}
        assert (await service.commands(sent))[0]["status"] == "stored"
        marked = {"kind": "mark_read", "userId": user, "conversationId": conversation.body["id"]}
        assert (await service.commands(marked))[0]["status"] == "read"
        people = await service.request(
            "GET",
            f"/internal/conversations/{conversation.body['id']}/participants",
            service=True,
            params={"userId": user},
        )
        assert user in (people.body["buyerId"], people.body["sellerId"])
    read = {"kind": "mark_read", "userId": "ben", "conversationId": sold.body["id"]}
    assert (await service.commands(read))[0]["advanced"]
    await service.put_item(item, seller="ben", title="Another title")

    listed = await service.request("GET", "/api/conversations", user=user)
    page = ConversationPage.from_wire(orjson.dumps(listed.body))
    assert {str(each.id) for each in page.conversations} >= {bought.body["id"], sold.body["id"]}
    history = await service.request("GET", f"/api/conversations/{sold.body['id']}/messages", user=user)
    assert MessagePage.from_wire(orjson.dumps(history.body)).messages[0].sender_id == user
    events = [TypeAdapter(LogEvent).validate_json(orjson.dumps(event)) for event in await service.events(after=ends)]
    assert {event.type for event in events if user in event.data.recipients} == {
        *("conversation.started.v1", "conversation.updated.v1", "conversation.read.v1", "message.sent.v1")
    }


async def test_a_person_with_the_longest_id_gets_a_placeholder_name_that_fits(service: Conversations) -> None:
    seller, item = "s" * 255, str(uuid4())
    await service.put_item(item, seller=seller)
    for answer in (await service.start(item, buyer="amira"), await service.request("GET", f"/api/items/{item}")):
        person = answer.body.get("counterpart") or answer.body["seller"]
        assert person["name"] == f"User {seller}"[:200]
    unknown = await service.request("GET", "/api/me", user="x" * 255)
    assert len(unknown.body["name"]) == 200


@pytest.mark.parametrize("item", ITEMS)
async def test_every_item_that_is_taken_can_be_fetched_listed_and_asked_about(
    service: Conversations, item: str
) -> None:
    path = f"/items/{quote(item, safe='')}"
    assert not is_ambiguous(f"/api{path}"), "the gateways refuse it"
    body = {"sellerId": "ben", "title": "A thing"}
    assert (await service.request("PUT", f"/internal{path}", service=True, body=body)).body["id"] == item
    found = await service.request("GET", f"/api{path}")
    assert ItemView.from_wire(orjson.dumps(found.body)).item.id == item
    first = await service.request("GET", "/api/items", params={"limit": 1})
    assert first.body["items"][0]["item"]["id"] == item
    if first.body["nextCursor"] is not None:
        rest = await service.request("GET", "/api/items", params={"limit": 1, "cursor": first.body["nextCursor"]})
        assert rest.status == 200
    ends = await service.ends()
    started = await service.start(item, buyer="amira")
    assert (started.status, started.body["item"]["id"]) == (201, item)
    talk = {"kind": "send_message", "userId": "ben", "conversationId": started.body["id"]}
    await service.commands({**talk, "clientMessageId": "k", "content": "Hello"})
    events = [TypeAdapter(LogEvent).validate_json(orjson.dumps(event)) for event in await service.events(after=ends)]
    sent = events[-1]
    assert isinstance(sent, MessageSentEvent)
    assert sent.data.item_id == item


async def test_an_invalid_id_is_refused_at_every_entry(service: Conversations) -> None:
    for user in NO_USER_IDS:
        body = {"sellerId": user, "title": "A thing"}
        refused = await service.request("PUT", f"/internal/items/{uuid4()}", service=True, body=body)
        assert (refused.status, refused.body["errors"][0]["field"]) == (422, "sellerId")
    for user in NO_USER_IDS[:-1]:  # a client makes `/internal/users/.` another address
        path = f"/internal/users/{quote(user, safe='')}"
        refused = await service.request("PUT", path, service=True, body={"name": "Jane"})
        assert (refused.status, refused.body["errors"][0]["field"]) == (422, "userId")
    for item in NO_ITEM_IDS:
        path = f"/internal/items/{quote(item, safe='')}"
        refused = await service.request("PUT", path, service=True, body={"sellerId": "ben", "title": "A thing"})
        assert (refused.status, refused.body["errors"][0]["field"]) == (422, "itemId"), item
    for item in [*NO_ITEM_IDS, ".", ".."]:
        refused = await service.start(item, buyer="amira")
        assert (refused.status, refused.body["errors"][0]["field"]) == (422, "itemId"), item
