"""A client of the small service."""

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from tests.unit.chassis.http.notes import Client, notes_app


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with TestClient(TestServer(notes_app())) as client:
        yield client


@pytest.fixture
async def impatient_client() -> AsyncIterator[Client]:
    async with TestClient(TestServer(notes_app(idle_seconds=1))) as client:
        yield client
