"""A path that two servers may read differently is refused."""

import pytest

from deploy.native.gateway.target import is_ambiguous


@pytest.mark.parametrize(
    "path",
    [
        "/api/../internal/log",
        "/api/./items",
        "/api/..",
        "/api/%2e%2e/internal/log",
        "/api/..%2Finternal/log",
        "/api/%2E./internal",
        "//internal/log",
        "/api//items",
        "/api\\internal",
        "/api/%5c..%5cinternal",
        "/api/items%00",
        "conversations:8080",
    ],
)
def test_ambiguous(path: str) -> None:
    assert is_ambiguous(path)


@pytest.mark.parametrize("path", ["/", "/api/items", "/items/a.b", "/items/...", "/api/items/x%20y", "/.well-known/x"])
def test_plain(path: str) -> None:
    assert not is_ambiguous(path)
