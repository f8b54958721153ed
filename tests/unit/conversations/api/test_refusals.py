"""Row C8: an error of the database becomes the problem that it is."""

import asyncpg
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from chassis.problems import InternalError, Problem, ServiceUnavailable
from services.conversations.api.refusals import translate_refusals


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (asyncpg.CannotConnectNowError("starting"), ServiceUnavailable),
        (ConnectionRefusedError(), ServiceUnavailable),
        (TimeoutError(), ServiceUnavailable),
        (asyncpg.CharacterNotInRepertoireError("a person's words"), InternalError),
        (asyncpg.DataError("a person's words"), InternalError),
    ],
)
async def test_only_what_may_succeed_later_is_worth_another_try(error: Exception, problem: type[Problem]) -> None:
    """A database that is away comes back; data that it refuses it refuses again. Nobody is shown its words."""

    async def handler(_request: web.Request) -> web.StreamResponse:
        raise error

    with pytest.raises(problem) as raised:
        await translate_refusals(make_mocked_request("GET", "/"), handler)
    assert "words" not in f"{raised.value} {raised.value.detail}"
