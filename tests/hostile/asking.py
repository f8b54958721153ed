"""The requests of the table: sound in all but, perhaps, who asks."""

from collections.abc import Iterator

from contracts.keywords import VALID_EXAMPLES
from tests.contract.documents import OPENAPI, follow, resolved
from tests.contract.test_openapi import operations
from tests.hostile.access import Access
from tests.hostile.callers import FORGED, expired
from tests.hostile.rest import Reply, call
from tests.hostile.world import MARKER, World
from tests.kit.examples import filled, shortest
from tests.kit.raw_websocket import RawWebSocket, upgrade_request
from tests.kit.running.system import Service

CONSUMER = "hostile-tests"
_OPERATIONS = {(operation.method.upper(), operation.path): operation for operation in operations()}


def tokens_of(world: World, caller: str) -> Iterator[str | None]:
    """What this caller shows; several for one who tries several."""
    talk = world.talk
    people = {"stranger": world.stranger, "buyer": talk.buyer, "seller": talk.seller}
    if caller == "nobody":
        yield None
    elif caller == "service":
        yield world.system.service_token
    elif caller == "expired":
        yield expired(world.mint, talk.buyer)
    elif caller == "forged":
        yield from (forge(world.mint, talk.buyer) for forge in FORGED.values())
    else:
        yield world.mint(people[caller])


def ask(world: World, row: Access, token: str | None) -> Reply:
    """Make the request of this row."""
    service = _service(world, row.service)
    if row.path == "/ws":
        return ask_for_upgrade(service.url, token=token)
    return call(service.url, row.method, address(world, row), token=token, body=body_of(world, row))


def ask_for_upgrade(url: str, **handshake: object) -> Reply:
    """The answer to a handshake; an open socket is closed at once."""
    with RawWebSocket(url) as connection:
        connection.send(upgrade_request(connection.netloc, **handshake))  # type: ignore[arg-type]  # passed through
        status, headers = connection.read_head()
        no_body = status == 101 or str(handshake.get("request_line")).startswith("HEAD")
        size = 0 if no_body else int(headers["content-length"])
        return Reply(status, headers, connection.read_exactly(size))


def address(world: World, row: Access) -> str:
    """The row's address, with names that mean something; what a row changes is nobody else's."""
    talk, changes = world.talk, row.method in ("PUT", "DELETE")
    if "{consumer}" in row.path:
        cursor = {"epoch": world.heads["epoch"], "positions": [{"shard": 0, "pos": 0}]}
        assert world.as_service("PUT", f"/internal/log/cursors/{CONSUMER}", cursor).status == 204
    path = row.path.format(
        conversationId=talk.id,
        itemId=world.item(talk.seller) if changes else talk.item,
        userId=world.person() if changes else talk.buyer,
        consumer=CONSUMER,
        seq=world.message() if "{seq}" in row.path else None,
    )
    return path + _queries(world).get(row.path, "")


def _service(world: World, name: str) -> Service:
    system = world.system
    services = {"conversations": system.conversations, "delivery": system.delivery[0]}
    return services.get(name, system.notifications)


def _queries(world: World) -> dict[str, str]:
    return {
        "/internal/log": "?shard=0&after=0",
        "/internal/conversations/{conversationId}/participants": f"?userId={world.talk.buyer}",
    }


def body_of(world: World, row: Access) -> object:
    """The contract's shortest example, with names that mean something."""
    node = _OPERATIONS[row.method, row.path].body.get("requestBody")
    if node is None:
        return None
    content = resolved(node, OPENAPI)["content"]["application/json"]
    examples = follow(content["schema"]["$ref"], OPENAPI)[0][VALID_EXAMPLES]
    talk = world.talk
    end = [{"shard": head["shard"], "pos": head["head"], "idx": 1023} for head in world.heads["shards"]]
    values = {
        "itemId": talk.item,
        "userId": talk.buyer,
        "sellerId": talk.seller,
        "conversationId": talk.id,
        "content": MARKER,
        "epoch": world.heads["epoch"],
        "positions": [{"shard": 0, "pos": 0}],
        "after": end,
        "upTo": end,
    }
    return filled(shortest(examples), values)
