"""Starting a conversation about an item (POST /api/conversations)."""

import asyncio

import asyncpg
import orjson
import pytest

from contracts.generated.models import Conversation
from tests.kit.conversations import Conversations, running_conversations


async def test_first_201_then_200_with_the_same_conversation(service: Conversations) -> None:
    await service.put_item("bike", seller="ben", price={"amount": "120.50", "currency": "EUR"})
    first = await service.start("bike", buyer="amira")
    second = await service.start("bike", buyer="amira")
    assert (first.status, second.status) == (201, 200)
    assert first.body == second.body
    assert first.headers["Location"] == f"/api/conversations/{first.body['id']}"
    conversation = Conversation.from_wire(orjson.dumps(first.body))
    assert conversation.role == "buyer"
    assert conversation.counterpart.id == "ben"
    assert conversation.item.price is not None
    assert conversation.item.price.amount == "120.50"


async def test_requests_that_race_get_one_conversation(service: Conversations, database: asyncpg.Connection) -> None:
    await service.put_item("lamp", seller="ben")
    answers = await asyncio.gather(*(service.start("lamp", buyer="amira") for _ in range(20)))
    assert sorted(answer.status for answer in answers) == [200] * 19 + [201]
    assert len({answer.body["id"] for answer in answers}) == 1
    assert await database.fetchval("SELECT count(*) FROM conversations WHERE item_id = 'lamp'") == 1


async def test_an_item_that_changed_hands_opens_a_conversation_with_its_new_seller(service: Conversations) -> None:
    await service.put_item("guitar", seller="ben")
    before = await service.start("guitar", buyer="amira")
    await service.put_item("guitar", seller="chen")
    after, again = await service.start("guitar", buyer="amira"), await service.start("guitar", buyer="amira")
    assert (after.status, after.body["counterpart"]["id"]) == (201, "chen")
    assert (again.status, again.body["id"]) == (200, after.body["id"])
    assert after.body["id"] != before.body["id"]
    listed = await service.request("GET", "/api/conversations", user="amira")
    assert {before.body["id"], after.body["id"]} <= {row["id"] for row in listed.body["conversations"]}
    await service.put_item("guitar", seller="ben")
    returned = await service.start("guitar", buyer="amira")
    assert (returned.status, returned.body["id"]) == (200, before.body["id"])


async def test_a_buyer_who_became_the_seller_cannot_contact_oneself(service: Conversations) -> None:
    await service.put_item("violin", seller="ben")
    assert (await service.start("violin", buyer="amira")).status == 201
    await service.put_item("violin", seller="amira")
    answer = await service.start("violin", buyer="amira")
    assert (answer.status, answer.code) == (403, "own_item")
    former_seller = await service.start("violin", buyer="ben")
    assert (former_seller.status, former_seller.body["counterpart"]["id"]) == (201, "amira")


async def test_starts_that_race_with_a_change_of_seller_leave_one_conversation_for_each_seller(
    service: Conversations, database: asyncpg.Connection
) -> None:
    """Each is with the seller of its moment, and the change is announced to every one of them."""
    await service.put_item("piano", seller="ben")
    starts = [service.start("piano", buyer="amira") for _ in range(100)]
    answers, _, later = await asyncio.gather(
        asyncio.gather(*starts),
        service.put_item("piano", seller="chen", title="The grand piano"),
        asyncio.gather(*(service.start("piano", buyer="amira") for _ in range(100))),
    )
    assert {answer.status for answer in [*answers, *later]} <= {200, 201}
    rows = await database.fetch("SELECT id, seller_id FROM conversations WHERE item_id = 'piano'")
    sellers = [row["seller_id"] for row in rows]
    assert len(set(sellers)) == len(sellers)
    assert set(sellers) <= {"ben", "chen"}
    facts = {
        event["data"]["conversation"]["id"]: event["data"]["conversation"]
        for event in await service.events()
        if event["type"].startswith("conversation.") and "conversation" in event["data"]
    }
    assert {facts[str(row["id"])]["item"]["title"] for row in rows} == {"The grand piano"}


async def test_a_person_starts_a_bounded_number_of_conversations_a_day(database_url: str) -> None:
    """Counted in the database, whichever replica answers. One that exists is found beyond it."""
    limit = 3
    async with (
        running_conversations(database_url=database_url, max_conversations_per_day=limit) as one,
        running_conversations(database_url=database_url, max_conversations_per_day=limit) as other,
    ):
        for number in range(limit + 3):
            await one.put_item(f"many{number}", seller="ben")
        starts = [
            replica.start(f"many{number}", buyer="eager") for number in range(limit + 2) for replica in (one, other)
        ]
        answers = await asyncio.gather(*starts)
        started = [answer for answer in answers if answer.status == 201]
        assert len(started) == limit
        refused = [answer for answer in answers if answer.status not in (200, 201)]
        assert {answer.code for answer in refused} == {"too_many_conversations"}
        assert {answer.status for answer in refused} == {429}
        assert all(86_000 < int(answer.headers["Retry-After"]) <= 86_400 for answer in refused)
        known = await other.start(started[0].body["item"]["id"], buyer="eager")
        assert (known.status, known.body["id"]) == (200, started[0].body["id"])
        assert (await one.start(f"many{limit + 2}", buyer="somebody else")).status == 401
        assert (await one.start(f"many{limit + 2}", buyer="calm")).status == 201


async def test_a_new_day_allows_new_conversations(database_url: str, database: asyncpg.Connection) -> None:
    async with running_conversations(database_url=database_url, max_conversations_per_day=1) as service:
        for item in ("early", "late"):
            await service.put_item(item, seller="ben")
        await service.start("early", buyer="patient")
        await database.execute(
            "UPDATE conversations SET created_at = created_at - interval '23 hours' WHERE buyer_id = 'patient'"
        )
        refused = await service.start("late", buyer="patient")
        assert 3_500 < int(refused.headers["Retry-After"]) <= 3_600
        await database.execute(
            "UPDATE conversations SET created_at = created_at - interval '1 hour' WHERE buyer_id = 'patient'"
        )
        assert (await service.start("late", buyer="patient")).status == 201


async def test_two_buyers_have_two_conversations(service: Conversations) -> None:
    await service.put_item("sofa", seller="ben")
    mine, yours = await service.start("sofa", buyer="amira"), await service.start("sofa", buyer="chen")
    assert mine.body["id"] != yours.body["id"]


async def test_ones_own_item_is_forbidden(service: Conversations) -> None:
    await service.put_item("desk", seller="ben")
    answer = await service.start("desk", buyer="ben")
    assert (answer.status, answer.code) == (403, "own_item")
    assert answer.body["detail"]


@pytest.mark.parametrize("item", ["nothing", "-", "a" * 64])
async def test_an_unknown_item_is_not_found(service: Conversations, item: str) -> None:
    answer = await service.start(item, buyer="amira")
    assert (answer.status, answer.code) == (404, "item_not_found")


async def test_a_removed_item_cannot_be_asked_about_anew_but_its_conversations_stay(service: Conversations) -> None:
    await service.put_item("gone", seller="ben")
    before = await service.start("gone", buyer="amira")
    await service.request("DELETE", "/internal/items/gone", service=True)
    again, late = await service.start("gone", buyer="amira"), await service.start("gone", buyer="chen")
    assert (again.status, again.body["id"]) == (200, before.body["id"])
    assert again.body["item"]["status"] == "removed"
    assert (late.status, late.code) == (404, "item_not_found")


async def test_a_sold_item_can_still_be_asked_about(service: Conversations) -> None:
    await service.put_item("sold", seller="ben", status="sold")
    assert (await service.start("sold", buyer="amira")).status == 201


async def test_unknown_people_get_placeholder_names(service: Conversations) -> None:
    await service.put_item("vase", seller="unheard.seller")
    started = await service.start("vase", buyer="unheard.buyer")
    assert started.body["counterpart"]["name"] == "User unheard.seller"
    await service.put_user("unheard.seller", name="Sam", updatedAt="2001-01-01T00:00:00.000000Z")
    again = await service.start("vase", buyer="unheard.buyer")
    assert again.body["counterpart"]["name"] == "Sam"


async def test_the_seller_is_never_taken_from_the_client(service: Conversations) -> None:
    await service.put_item("book", seller="ben")
    body = {"itemId": "book", "sellerId": "mallory"}
    answer = await service.request("POST", "/api/conversations", user="amira", body=body)
    assert answer.body["counterpart"]["id"] == "ben"


async def test_a_conversation_is_the_buyers_alone_until_the_first_message(service: Conversations) -> None:
    """Its start, its changes and its place in the list; by its id the seller can read it."""
    ends = await service.ends()
    talk = await service.new_conversation(buyer="quiet.buyer", seller="quiet.seller")
    await service.put_item(talk.item, seller=talk.seller, title="Changed meanwhile")
    events = await service.events(after=ends)
    assert [(event["type"], event["data"]["recipients"]) for event in events] == [
        ("conversation.started.v1", [talk.buyer]),
        ("conversation.updated.v1", [talk.buyer]),
    ]
    assert await _listed(service, talk.buyer) == [str(talk.id)]
    assert await _listed(service, talk.seller) == []
    assert (await talk.view(talk.seller))["lastMessage"] is None

    ends = await service.ends()
    await service.commands(talk.send_command("first"), talk.send_command("second"))
    started, *sent = await service.events(after=ends)
    assert started["type"] == "conversation.started.v1"
    assert started["data"]["recipients"] == [talk.seller]
    assert started["data"]["conversation"]["item"]["title"] == "Changed meanwhile"
    assert [event["data"]["recipients"] for event in sent] == [[talk.buyer, talk.seller]] * 2
    assert [event["idx"] for event in (started, *sent)] == [0, 1, 2]
    assert await _listed(service, talk.seller) == [str(talk.id)]
    ends = await service.ends()
    await service.put_item(talk.item, seller=talk.seller, title="Changed again")
    (updated,) = await service.events(after=ends)
    assert updated["data"]["recipients"] == [talk.buyer, talk.seller]


async def _listed(service: Conversations, user: str) -> list[str]:
    page = (await service.request("GET", "/api/conversations", user=user)).body
    return [conversation["id"] for conversation in page["conversations"]]
