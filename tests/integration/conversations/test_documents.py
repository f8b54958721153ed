"""The served contracts, and a client that a strict tool generates from them."""

import asyncio
import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from uuid import UUID

import pytest
from aiohttp import hdrs

from contracts import one_file
from contracts.schemas import walk_references
from tests.kit.conversations import Conversations
from tests.kit.credentials import token_of

PACKAGE = "marketplace_messaging_client"  # as the tool names it after the document's title


@pytest.fixture(scope="module")
async def client(service: Conversations, tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The package that openapi-python-client makes from what the service serves, without one warning."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "config.json").write_text('{"post_hooks": []}')
    arguments = ["--url", f"{service.url}/api/openapi.json", "--config", "config.json", "--meta", "none"]
    generate = [sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning", *arguments]
    done = await asyncio.to_thread(subprocess.run, generate, cwd=folder, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        return importlib.import_module(f"{PACKAGE}.client")


@pytest.mark.parametrize("name", ["openapi", "asyncapi"])
async def test_a_contract_is_served_in_one_file(service: Conversations, name: str) -> None:
    """To anybody; all it refers to is inside."""
    answer = await service.request("GET", f"/api/{name}.json")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.body == getattr(one_file, name)()
    assert [reference for reference in walk_references(answer.body) if not reference.startswith("#/")] == []


async def test_a_contract_that_has_not_changed_is_not_sent_again(service: Conversations) -> None:
    """The ETag is compared, and caches may keep the answer."""
    first = await service.request("GET", "/api/openapi.json")
    assert "public" in first.headers["Cache-Control"]
    known = {"If-None-Match": first.headers[hdrs.ETAG]}
    again = await service.request("GET", "/api/openapi.json", headers=known)
    assert (again.status, again.body, again.headers[hdrs.ETAG]) == (304, None, first.headers[hdrs.ETAG])
    other = await service.request("GET", "/api/openapi.json", headers={"If-None-Match": '"other"'})
    assert other.status == 200


async def test_a_generated_client_has_every_operation(client: ModuleType, service: Conversations) -> None:
    """A tool that could not read one leaves it out and says so only in a warning."""
    paths = (await service.request("GET", "/api/openapi.json")).body["paths"]
    methods = [item[method] for item in paths.values() for method in ("get", "put", "post", "delete") if method in item]
    made = {path.parent.name + "." + path.stem for path in Path(client.__file__ or "").parent.glob("api/*/*.py")}
    assert {f"{each['tags'][0]}.{_snake_case(each['operationId'])}" for each in methods} <= made


async def test_a_generated_client_talks_to_the_service(client: ModuleType, service: Conversations) -> None:
    """Start, send, list, read, and meet a problem: each answer is of the generated type."""
    api, models = f"{PACKAGE}.api.conversations", importlib.import_module(f"{PACKAGE}.models")
    await service.put_item("generated", seller="sven")
    buyer = client.AuthenticatedClient(base_url=service.url, token=token_of("bea"))

    async def call(operation: str, **arguments: object) -> object:
        return await importlib.import_module(f"{api}.{operation}").asyncio(client=buyer, **arguments)

    async with buyer:
        started = await call("start_conversation", body=models.StartConversation(item_id="generated"))
        assert isinstance(started, models.Conversation)
        assert (started.counterpart.id, started.last_message, started.item.price) == ("sven", None, None)
        sent = await call("send_message", conversation_id=started.id, body=models.PostMessage(content="Hello!"))
        assert isinstance(sent, models.Message)
        page = await call("list_messages", conversation_id=started.id, limit=10)
        assert isinstance(page, models.MessagePage)
        assert page.messages == [sent]
        read = await call("mark_read", conversation_id=started.id, body=models.PutReadState())
        assert isinstance(read, models.ReadState)
        conversations = await call("list_conversations")
        assert isinstance(conversations, models.ConversationPage)
        assert [each.id for each in conversations.conversations] == [started.id]
        missing = await call("get_conversation", conversation_id=UUID(int=1))
        assert isinstance(missing, models.ProblemDocument)
        assert (missing.status, missing.code) == (404, "conversation_not_found")


def _snake_case(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
