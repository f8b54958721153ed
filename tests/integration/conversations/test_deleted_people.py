"""A person whom the marketplace deleted: nobody writes as them or to them; what was written stays readable."""

import asyncio
from uuid import uuid4

import asyncpg

from tests.kit.conversations import Conversations, Talk, until

DELETED, GONE = (403, "account_deleted"), (409, "counterpart_deleted")


async def _talk(service: Conversations) -> Talk:
    """A conversation whose people have sent a message each."""
    talk = await service.new_conversation(buyer=f"buyer-{uuid4()}", seller=f"seller-{uuid4()}")
    assert (await talk.send("Is it still there?")).status == 201
    assert (await talk.send("It is.", user=talk.seller, key="k1")).status == 201
    return talk


async def _delete(service: Conversations, user_id: str) -> None:
    assert (await service.request("DELETE", f"/internal/users/{user_id}", service=True)).status == 204


async def test_a_deleted_person_only_reads(service: Conversations) -> None:
    talk = await _talk(service)
    await service.put_item("a-third-persons", seller="ben")
    await _delete(service, talk.seller)
    for refused in (
        await talk.send("Hello?", user=talk.seller),
        await talk.mark_read(1, user=talk.seller),
        await service.start("a-third-persons", buyer=talk.seller),
    ):
        assert (refused.status, refused.code) == DELETED
    results = await service.commands(talk.send_command(user=talk.seller), talk.read_command(1, user=talk.seller))
    assert [result["code"] for result in results] == ["account_deleted"] * 2
    assert len((await talk.history(user=talk.seller)).body["messages"]) == 2
    assert (await talk.view(talk.seller))["lastReadSeq"] == 2


async def test_nobody_writes_to_a_deleted_person_but_the_conversation_stays_readable(service: Conversations) -> None:
    talk = await _talk(service)
    await _delete(service, talk.seller)
    refused = await talk.send("Hello?")
    assert (refused.status, refused.code) == GONE
    (result,) = await service.commands(talk.send_command())
    assert result["code"] == "counterpart_deleted"
    assert (await talk.mark_read(2, user=talk.buyer)).body["unreadCount"] == 0
    assert (await talk.view(talk.buyer))["counterpart"]["name"] == "Deleted user"
    found = await service.start(talk.item, buyer=talk.buyer)
    assert (found.status, found.body["id"]) == (200, str(talk.id))


async def test_the_refusal_leaves_the_other_commands_of_a_batch_alone(service: Conversations) -> None:
    gone, alive = await _talk(service), await _talk(service)
    await _delete(service, gone.buyer)
    repeated = gone.send_command("Twice.", user=gone.seller, key="k2")
    results = await service.commands(
        gone.send_command(), alive.send_command(), repeated, repeated, gone.read_command(2), alive.read_command(3)
    )
    assert [result.get("code", result["status"]) for result in results] == [
        *("account_deleted", "stored", "counterpart_deleted", "counterpart_deleted", "read", "read")
    ]
    assert (await alive.view(alive.seller))["lastSeq"] == 3
    assert (await gone.view(gone.seller))["lastSeq"] == 2


async def test_a_repeat_of_a_message_from_before_the_deletion_still_names_it(service: Conversations) -> None:
    """Its acknowledgement may have been lost: it was stored, and that is what the sender is to learn."""
    talk = await _talk(service)
    await _delete(service, talk.seller)
    repeat = await talk.send("It is.", user=talk.seller, key="k1")
    assert (repeat.status, repeat.body["seq"]) == (200, 2)


async def test_items_of_a_deleted_seller_are_not_on_offer(service: Conversations) -> None:
    seller, item = f"seller-{uuid4()}", f"item-{uuid4()}"
    await service.put_item(item, seller=seller)
    await _delete(service, seller)
    listed = await service.request("GET", "/api/items", params={"limit": 100})
    assert item not in [view["item"]["id"] for view in listed.body["items"]]
    assert (await service.request("GET", f"/api/items/{item}")).code == "item_not_found"
    refused = await service.start(item, buyer="amira")
    assert (refused.status, refused.code) == GONE


async def test_a_deleted_person_who_is_added_again_is_restored(service: Conversations) -> None:
    talk = await _talk(service)
    await _delete(service, talk.seller)
    await service.put_user(talk.seller, name="Back Again")
    assert (await talk.send("Hello?")).status == 201
    assert (await talk.send("Hello.", user=talk.seller)).status == 201
    assert (await service.request("GET", f"/api/items/{talk.item}")).status == 200
    assert (await service.start(talk.item, buyer="someone.new")).status == 201


async def test_nobody_logs_in_as_a_deleted_person(service: Conversations) -> None:
    await service.put_user("leaver")
    await _delete(service, "leaver")
    answer = await service.request("POST", "/api/dev/login", body={"userId": "leaver"})
    assert (answer.status, answer.code) == (404, "not_found")


async def test_a_start_waits_for_the_deletion_of_its_seller(
    service: Conversations, database: asyncpg.Connection
) -> None:
    """So no conversation with a deleted person comes into being while the deletion is being written."""
    seller, item = f"seller-{uuid4()}", f"item-{uuid4()}"
    await service.put_user(seller)
    await service.put_item(item, seller=seller)
    async with database.transaction():
        await database.execute("UPDATE users SET deleted = true WHERE id = $1", seller)
        start = asyncio.create_task(service.start(item, buyer="amira"))
        await until(lambda: _waiting_for(database), lambda waiting: waiting > 0)
    assert (await start).code == "counterpart_deleted"


async def _waiting_for(database: asyncpg.Connection) -> int:
    """How many statements wait for this connection's locks."""
    return int(
        await database.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))"
        )
    )
