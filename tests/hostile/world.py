"""The system under attack, and the few people in it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from deploy.native.ports import free_port
from tests.hostile.callers import Mint
from tests.hostile.rest import Reply, call
from tests.kit.raw_websocket import RawWebSocket, open_websocket
from tests.kit.running.system import Service, System

MARKER = "between-two-people"  # in every message of these tests: no log may hold it


@dataclass(frozen=True)
class Talk:
    """A conversation of a buyer and a seller, and the item it is about."""

    id: str
    buyer: str
    seller: str
    item: str


class World:
    """Makes people, items and conversations; talks to the system as any of them."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.mint = Mint(system)
        self._numbers = count(1)
        self.stranger = self.person()
        self.talk = self.new_talk()
        self.message()  # from here on it is in the seller's list, too
        self.fuzzed_person = self.person()
        self.fuzzed_item = self.item(self.talk.seller)

    @property
    def rest_url(self) -> str:
        return self.system.conversations.url

    @property
    def socket_url(self) -> str:
        return self.system.delivery[0].url

    @property
    def heads(self) -> Any:
        """The log as it is now."""
        return self.as_service("GET", "/internal/log/heads").json

    def person(self) -> str:
        user = f"person-{next(self._numbers)}"
        reply = self.as_service("PUT", f"/internal/users/{user}", {"name": user})
        assert reply.status == 200, reply
        return user

    def item(self, seller: str) -> str:
        item = f"item-{next(self._numbers)}"
        reply = self.as_service("PUT", f"/internal/items/{item}", {"sellerId": seller, "title": item})
        assert reply.status == 200, reply
        return item

    def new_talk(self) -> Talk:
        buyer, seller = self.person(), self.person()
        item = self.item(seller)
        reply = self.as_person(buyer, "POST", "/api/conversations", {"itemId": item})
        assert reply.status == 201, reply
        return Talk(reply.json["id"], buyer, seller, item)

    def message(self) -> int:
        """The seq of one that the buyer has just sent."""
        reply = self.as_person(
            self.talk.buyer, "POST", f"/api/conversations/{self.talk.id}/messages", {"content": MARKER}
        )
        assert reply.status == 201, reply
        seq: int = reply.json["seq"]
        return seq

    def as_service(self, method: str, path: str, body: object = None) -> Reply:
        return call(self.rest_url, method, path, token=self.system.service_token, body=body)

    def as_person(self, user: str, method: str, path: str, body: object = None) -> Reply:
        return call(self.rest_url, method, path, token=self.mint(user), body=body)

    @contextmanager
    def sockets(self, *users: str, **handshake: Any) -> Iterator[list[RawWebSocket]]:
        """An open socket of each user."""
        with ExitStack() as stack:
            yield [stack.enter_context(open_websocket(self.socket_url, self.mint(user), **handshake)) for user in users]

    @contextmanager
    def another(self, like: Service, **environment: str) -> Iterator[Service]:
        """One more replica of a service, with other settings, for the length of the block."""
        port = free_port()
        name = f"{like.name}-impatient"
        service = replace(
            like,
            name=name,
            port=port,
            environment={**like.environment, **environment, "PORT": str(port)},
            log=like.log.with_name(f"{name}.log"),
            process=None,
        )
        self.system.extra[name] = service
        service.start()
        try:
            yield service
        finally:
            service.stop()
