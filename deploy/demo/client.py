"""Requests to a system with the demo log-in: log in, list people and items."""

import contextlib
from collections.abc import AsyncIterator

import aiohttp

from contracts.generated.models import ItemPage, ItemView, People, Person, Session
from marketplace_messaging.client import MessagingClient, read_body


@contextlib.asynccontextmanager
async def log_in(base_url: str, user_id: str) -> AsyncIterator[MessagingClient]:
    """Act as a demo person (development only)."""
    async with aiohttp.ClientSession(base_url) as http:
        async with http.post("/api/dev/login", json={"userId": user_id}) as response:
            session = Session.from_wire(await read_body(response))
        yield MessagingClient(http, session.access_token, session.user)


async def demo_people(base_url: str) -> list[Person]:
    """The people to log in as; empty if the system has no demo log-in."""
    async with aiohttp.ClientSession(base_url) as http, http.get("/api/dev/people") as response:
        return [] if response.status == 404 else People.from_wire(await read_body(response)).people


async def items_on_offer(base_url: str) -> list[ItemView]:
    """The first page of items."""
    async with aiohttp.ClientSession(base_url) as http, http.get("/api/items") as response:
        return ItemPage.from_wire(await read_body(response)).items
