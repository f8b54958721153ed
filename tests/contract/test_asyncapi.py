"""The AsyncAPI document holds together, and says the same as the schemas and the broker's topology."""

import re
from pathlib import Path
from typing import Any

import pytest

from contracts import one_file
from contracts.schemas import ROOT, load, walk_references
from tests.contract.documents import Node, document, inside

DOCUMENT = one_file.asyncapi()
CHANNELS: dict[str, Node] = DOCUMENT["channels"]
OPERATIONS: dict[str, Node] = DOCUMENT["operations"]
MESSAGES: dict[str, Node] = DOCUMENT["components"]["messages"]
TOPOLOGY = document(ROOT / "topology.json")
WITHOUT_SCHEMA = {"DeadLetter"}  # it is whatever nobody understood

every_channel = pytest.mark.parametrize("name", CHANNELS)
every_operation = pytest.mark.parametrize("name", OPERATIONS)
every_message = pytest.mark.parametrize("title", sorted(MESSAGES.keys() - WITHOUT_SCHEMA))


def test_the_document_has_what_asyncapi_3_asks_for() -> None:
    """Version and required members of the root."""
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert DOCUMENT["info"]["title"]
    assert DOCUMENT["info"]["version"]
    assert all({"host", "protocol"} <= server.keys() for server in DOCUMENT["servers"].values())


def test_every_reference_resolves_within_the_document() -> None:
    """It needs no other file."""
    assert [reference for reference in walk_references(DOCUMENT) if not reference.startswith("#/")] == []
    assert all(inside(DOCUMENT, reference) for reference in walk_references(DOCUMENT))


@pytest.mark.parametrize("folder", ["events", "frames"])
def test_every_event_and_frame_is_described(folder: str) -> None:
    """Unions are described by their members; all others are messages or parts of one."""
    schemas = [load(path) for path in (ROOT / folder).rglob("*.json")]
    assert {schema["title"] for schema in schemas if "oneOf" not in schema} <= DOCUMENT["components"]["schemas"].keys()


@every_channel
def test_a_channel_declares_the_parameters_of_its_address(name: str) -> None:
    """Address, parameters and servers agree."""
    channel = CHANNELS[name]
    assert re.fullmatch(r"[a-z][A-Za-z]+", name)
    assert set(re.findall(r"{(\w+)}", channel["address"])) == set(channel.get("parameters", {}))
    assert channel["servers"]
    assert channel["messages"]


@every_operation
def test_an_operation_speaks_what_its_channel_carries(name: str) -> None:
    """Its messages, and those of its reply, are messages of the channel named."""
    operation = OPERATIONS[name]
    assert operation["action"] in {"send", "receive"}
    assert operation["tags"]
    for part in (operation, operation.get("reply")):
        if part is not None:
            prefix = f"{part['channel']['$ref']}/messages/"
            assert all(message["$ref"].startswith(prefix) for message in part["messages"])


@every_message
def test_a_message_is_named_like_its_schema(title: str) -> None:
    """The key is the schema's title, which is the generated type; `name` is what `type` says on the wire.

    Payloads are in AsyncAPI's own schema format: few tools read another one.
    """
    message = MESSAGES[title]
    assert message["payload"] == {"$ref": f"#/components/schemas/{title}"}
    schema = DOCUMENT["components"]["schemas"][title]
    if schema["type"] == "object":
        assert schema["properties"]["type"]["const"] == message["name"]


@pytest.mark.parametrize(("union", "action"), [("client-frame.json", "receive"), ("server-frame.json", "send")])
def test_every_frame_travels_in_its_direction(union: str, action: str) -> None:
    """Client frames are received, server frames are sent or answer one."""
    members = {load(ROOT / "frames" / member["$ref"])["title"] for member in load(ROOT / "frames" / union)["oneOf"]}
    assert spoken("socket", action=action) == members


@pytest.mark.parametrize("path", sorted((ROOT / "events").rglob("*.v*.json")), ids=lambda path: path.stem)
def test_every_event_has_a_producer_and_a_consumer(path: Path) -> None:
    """An event of the log travels inside its batch."""
    title = "LogBatch" if path.parent.name == "log" else load(path)["title"]
    broker = [name for name in CHANNELS if name != "socket"]
    assert any(title in spoken(name, action="send") for name in broker)
    assert any(title in spoken(name, action="receive") for name in broker)


def test_exchanges_are_those_of_the_topology() -> None:
    """Name, type and durability."""
    described = {(exchange["name"], exchange["type"], exchange["durable"]) for exchange in bindings("exchange")}
    assert described == {(e["name"], e["type"], e["durable"]) for e in TOPOLOGY["exchanges"]}


def test_queues_are_those_of_the_topology() -> None:
    """The durable ones and the exclusive ones."""
    described = {(queue["name"], queue["durable"], queue["exclusive"]) for queue in bindings("queue")}
    durable = {(queue["name"], queue["durable"], False) for queue in TOPOLOGY["queues"]}
    transient = {(name, False, queue["exclusive"]) for name, queue in TOPOLOGY["transientQueues"].items()}
    assert described == durable | transient


def test_routing_keys_are_those_of_the_topology() -> None:
    """The marketplace's are the event types without their version."""
    keys = TOPOLOGY["routingKeys"]
    addresses = {name: CHANNELS[name]["address"] for name in ("log", "logHeads", "typing")}
    assert addresses == {"log": keys["events"], "logHeads": keys["head"], "typing": keys["typing"]}
    types = {MESSAGES[title]["name"].rsplit(".", 1)[0] for title in CHANNELS["marketplace"]["messages"]}
    assert types == set(addresses_of(CHANNELS["marketplace"]))


@pytest.mark.parametrize(
    "queue",
    [*TOPOLOGY["queues"], *({"name": name, **queue} for name, queue in TOPOLOGY["transientQueues"].items())],
    ids=lambda queue: str(queue["name"]),
)
def test_a_queue_carries_the_messages_that_its_bindings_match(queue: Node) -> None:
    """The messages of every exchange and routing key that the topology binds to it, and no others."""
    let_in = {
        message
        for channel in CHANNELS.values()
        for binding in queue["bindings"]
        if exchange_of(channel) == binding["exchange"]
        and any(matches(binding["routingKey"], address) for address in addresses_of(channel))
        for message in channel["messages"]
    }
    (channel,) = [channel for channel in CHANNELS.values() if channel["address"] == queue["name"]]
    assert let_in == set(channel["messages"])


def spoken(channel: str, *, action: str) -> set[str]:
    """Messages that operations on a channel send, or receive; a reply goes the other way."""
    other = {"send": "receive", "receive": "send"}[action]
    parts = [o for o in OPERATIONS.values() if o["action"] == action]
    parts += [o["reply"] for o in OPERATIONS.values() if o["action"] == other and "reply" in o]
    here = [part for part in parts if part["channel"]["$ref"] == f"#/channels/{channel}"]
    return {message["$ref"].rsplit("/", 1)[1] for part in here for message in part["messages"]}


def bindings(kind: str) -> list[Node]:
    amqp = [channel["bindings"]["amqp"] for channel in CHANNELS.values() if "amqp" in channel["bindings"]]
    return [binding[kind] for binding in amqp if kind in binding]


def exchange_of(channel: Node) -> Any:
    return channel["bindings"].get("amqp", {}).get("exchange", {}).get("name")


def addresses_of(channel: Node) -> list[str]:
    """The address with every value of its variables; a variable without a list of values is 0."""
    addresses: list[str] = [channel["address"]]
    for name, node in channel.get("parameters", {}).items():
        values = (inside(DOCUMENT, node["$ref"]) if "$ref" in node else node).get("enum", ["0"])
        addresses = [address.replace(f"{{{name}}}", value) for address in addresses for value in values]
    return addresses


def matches(pattern: str, key: str) -> bool:
    """A topic exchange's rule: `*` is one word, `#` any number."""
    regex = re.escape(pattern).replace(r"\*", r"[^.]+").replace(r"\.\#", r"(\..+)?").replace(r"\#", ".*")
    return re.fullmatch(regex, key) is not None
