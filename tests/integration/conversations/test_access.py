"""Who may do what: tokens, membership, the service token, rate limits."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.kit.conversations import Conversations, running_conversations
from tests.kit.credentials import JWT_SECRET, SERVICE_TOKEN, token_of

PRIVATE = [
    ("GET", "/api/conversations"),
    ("POST", "/api/conversations"),
    ("GET", "/api/conversations/{id}"),
    ("GET", "/api/conversations/{id}/messages"),
    ("POST", "/api/conversations/{id}/messages"),
    ("PUT", "/api/conversations/{id}/read"),
    ("POST", "/api/conversations/{id}/read"),
    ("GET", "/api/me"),
]
OF_ONE_CONVERSATION = [
    (method, path, body)
    for (method, path), body in zip(PRIVATE[2:7], [None, None, {"content": "x"}, {}, {}], strict=True)
]
INTERNAL = [
    ("POST", "/internal/commands"),
    ("GET", "/internal/log/heads"),
    ("GET", "/internal/log?shard=0&after=0"),
    ("GET", "/internal/log/cursors/x"),
    ("PUT", "/internal/log/cursors/x"),
    ("POST", "/internal/sync"),
    ("GET", "/internal/conversations/{id}/participants?userId=a"),
    ("PUT", "/internal/users/a"),
    ("GET", "/internal/users/a"),
    ("DELETE", "/internal/users/a"),
    ("PUT", "/internal/items/a"),
    ("GET", "/internal/items/a"),
    ("DELETE", "/internal/items/a"),
]


@pytest.mark.parametrize(("method", "path"), PRIVATE)
async def test_private_data_requires_a_token(service: Conversations, method: str, path: str) -> None:
    answer = await service.request(method, path.format(id=uuid4()))
    assert (answer.status, answer.code) == (401, "unauthenticated")


@pytest.mark.parametrize("token", ["nonsense", SERVICE_TOKEN])
async def test_a_malformed_token_is_refused(service: Conversations, token: str) -> None:
    answer = await service.request("GET", "/api/me", token=token)
    assert (answer.status, answer.code) == (401, "unauthenticated")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"audience": "another"}, "unauthenticated"),
        ({"issuer": "https://elsewhere.test"}, "unauthenticated"),
        ({"secret": JWT_SECRET[::-1]}, "unauthenticated"),
        ({"lifetime": timedelta(hours=-1)}, "token_expired"),
    ],
)
async def test_an_invalid_token_is_refused(service: Conversations, wrong: dict[str, Any], code: str) -> None:
    """It is made here: one made when the tests were collected may have expired by now."""
    answer = await service.request("GET", "/api/me", token=token_of("amira", **wrong))
    assert (answer.status, answer.code) == (401, code)


@pytest.mark.parametrize(("method", "path", "body"), OF_ONE_CONVERSATION)
async def test_a_stranger_cannot_distinguish_a_conversation_from_a_missing_one(
    service: Conversations, method: str, path: str, body: object
) -> None:
    talk = await service.new_conversation()
    answers = [
        await service.request(method, path.format(id=name), user="stranger", body=body) for name in (talk.id, uuid4())
    ]
    assert {(answer.status, answer.code) for answer in answers} == {(404, "conversation_not_found")}
    assert len({str(answer.body) for answer in answers}) == 1
    assert (await talk.view(talk.buyer))["lastSeq"] == 0


@pytest.mark.parametrize(("method", "path", "body"), OF_ONE_CONVERSATION)
async def test_a_conversation_id_has_one_spelling(service: Conversations, method: str, path: str, body: object) -> None:
    """As on the socket: either case, but no braces, no `urn:uuid:`, no missing hyphens; also for its own people."""
    talk = await service.new_conversation()
    for name in ("not-a-uuid", f"urn:uuid:{talk.id}", f"{{{talk.id}}}", str(talk.id).replace("-", "")):
        answer = await service.request(method, path.format(id=name), user=talk.buyer, body=body)
        assert (answer.status, answer.code) == (404, "conversation_not_found")
        assert [error["field"] for error in answer.body["errors"]] == ["conversationId"]
    answer = await service.request(method, path.format(id=str(talk.id).upper()), user=talk.buyer, body=body)
    assert answer.status < 300


@pytest.mark.parametrize(("method", "path"), INTERNAL)
@pytest.mark.parametrize("token", [None, "wrong", token_of("amira")])
async def test_internal_addresses_need_the_service_token(
    service: Conversations, method: str, path: str, token: str | None
) -> None:
    answer = await service.request(method, path.format(id=uuid4()), token=token)
    assert (answer.status, answer.code) == (401, "unauthenticated")


async def test_me(service: Conversations) -> None:
    assert (await service.request("GET", "/api/me", user="new.here")).body == {
        "id": "new.here",
        "name": "User new.here",
        "avatarUrl": None,
    }
    await service.put_user("amira", avatarUrl="https://pictures.test/a.png")
    assert (await service.request("GET", "/api/me", user="amira")).body == {
        "id": "amira",
        "name": "Amira",
        "avatarUrl": "https://pictures.test/a.png",
    }


async def test_logging_in_for_development(service: Conversations) -> None:
    await service.put_user("dana")
    people = await service.request("GET", "/api/dev/people")
    assert {"id": "dana", "name": "Dana", "avatarUrl": None} in people.body["people"]
    login = await service.request("POST", "/api/dev/login", body={"userId": "dana"})
    me = await service.request("GET", "/api/me", token=login.body["accessToken"])
    assert me.body == login.body["user"] == {"id": "dana", "name": "Dana", "avatarUrl": None}
    unknown = await service.request("POST", "/api/dev/login", body={"userId": "nobody"})
    assert (unknown.status, unknown.code) == (404, "not_found")


async def test_the_development_log_in_is_for_this_machine_and_configured_pages(database_url: str) -> None:
    """A page that resolves its own name to 127.0.0.1 gets nothing."""
    welcome = [
        {"Host": "localhost:8080"},
        {"Host": "messaging.localhost"},
        {"Host": "[::1]:8080"},
        {"Host": "shop.example", "Origin": "https://shop.example"},
        {"Origin": "http://localhost:5173"},
    ]
    strangers = [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:8080"},
        {"Host": "localhost@evil.example"},
        {"Host": "192.168.1.7:8080"},
        {"Host": "0.0.0.0:8080"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
    ]
    settings: dict[str, Any] = {"environment": "development", "dev_login": True}
    settings["allowed_origins"] = ("https://shop.example",)
    async with running_conversations(database_url=database_url, **settings) as service:
        await service.put_user("dana")
        for method, path, body in (
            ("GET", "/api/dev/people", None),
            ("POST", "/api/dev/login", {"userId": "dana"}),
        ):
            for headers in welcome:
                assert (await service.request(method, path, body=body, headers=headers)).status == 200
            for headers in strangers:
                answer = await service.request(method, path, body=body, headers=headers)
                assert (answer.status, answer.code) == (403, "forbidden_origin")


async def test_logging_in_is_absent_unless_switched_on_and_writes_are_limited(database_url: str) -> None:
    limits: dict[str, Any] = {"write_rate_per_second": 0.01, "write_burst": 2}
    async with running_conversations(database_url=database_url, **limits) as service:
        for method, path in [("GET", "/api/dev/people"), ("POST", "/api/dev/login")]:
            assert (await service.request(method, path)).status == 404
        await service.put_item("limited", seller="ben")
        talk_started = await service.start("limited", buyer="busy")
        path = f"/api/conversations/{talk_started.body['id']}/messages"
        answers = [
            await service.request("POST", path, user=user, body={"content": "x"}) for user in ("busy", "busy", "ben")
        ]
        assert [answer.status for answer in answers] == [201, 429, 201]
        assert answers[1].code == "rate_limited"
        assert int(answers[1].headers["Retry-After"]) >= 1
        history = await service.request("GET", path, user="busy")
        assert history.body["lastSeq"] == 2


async def test_a_wrong_method_and_a_wrong_address_are_problems(service: Conversations) -> None:
    wrong = await service.request("DELETE", "/api/conversations", user="amira")
    assert (wrong.status, wrong.code) == (405, "method_not_allowed")
    assert (await service.request("GET", "/api/nothing")).code == "not_found"
