"""The requests of the table: sound in all but, perhaps, who asks."""

from collections.abc import Iterator

from tests.hostile.access import Access
from tests.hostile.callers import FORGED, expired
from tests.hostile.rest import Reply, call
from tests.hostile.world import MARKER, World
from tests.kit.raw_websocket import RawWebSocket, upgrade_request
from tests.kit.running.system import Service

CONSUMER = "hostile-tests"


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
    return call(service.url, row.method, address(world, row), token=token, body=_body(world, row))


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
        assert world.as_service("PUT", f"/internal/log/cursors/{CONSUMER}", _cursor(world)).status == 204
    path = row.path.format(
        conversationId=talk.id,
        itemId=world.item(talk.seller) if changes else talk.item,
        userId=world.person() if changes else talk.buyer,
        consumer=CONSUMER,
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


def _body(world: World, row: Access) -> object:
    talk = world.talk
    command = {"kind": "mark_read", "userId": talk.buyer, "conversationId": talk.id}
    bodies: dict[tuple[str, str], object] = {
        ("POST", "/api/conversations"): {"itemId": talk.item},
        ("POST", "/api/conversations/{conversationId}/messages"): {"content": MARKER},
        ("PUT", "/api/conversations/{conversationId}/read"): {},
        ("POST", "/api/conversations/{conversationId}/read"): {},
        ("POST", "/api/dev/login"): {"userId": talk.buyer},
        ("POST", "/internal/commands"): {"ttlMs": 5000, "commands": [command]},
        ("PUT", "/internal/users/{userId}"): {"name": "Somebody"},
        ("PUT", "/internal/items/{itemId}"): {"sellerId": talk.seller, "title": "Something"},
    }
    if row.path == "/internal/sync":
        return _sync_request(world)
    if (row.method, row.path) in (("PUT", "/internal/log/cursors/{consumer}"), ("POST", "/internal/log/heads")):
        return _cursor(world)
    return bodies.get((row.method, row.path))


def _cursor(world: World) -> object:
    """At the beginning of the log as it is now."""
    epoch = world.as_service("GET", "/internal/log/heads").json["epoch"]
    return {"epoch": epoch, "positions": [{"shard": 0, "pos": 0}]}


def _sync_request(world: World) -> object:
    """From the end to the end, in this life of the log."""
    heads = world.as_service("GET", "/internal/log/heads").json
    end = [{"shard": head["shard"], "pos": head["head"], "idx": 1023} for head in heads["shards"]]
    return {"userId": world.talk.buyer, "epoch": heads["epoch"], "after": end, "upTo": end}
