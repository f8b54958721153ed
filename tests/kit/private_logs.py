"""No log says what only two people, or only the services, may know. Any test module can end with this check."""

from collections.abc import Iterable, Iterator
from pathlib import Path

MIN_SECRET_LENGTH = 8  # shorter ones would be found by chance


def assert_private(logs: Iterable[Path], *, tokens: Iterable[str] = (), texts: Iterable[str] = ()) -> None:
    """No log holds a token, or a part of a JWT that would do in its place, or a text that a person wrote."""
    secrets = {*_token_parts(tokens), *texts}
    assert all(len(secret) >= MIN_SECRET_LENGTH for secret in secrets), "too short to be looked for"
    found = [f"{log.name}:{line}" for log in logs for line in _lines_with(log, secrets)]
    assert found == [], found


def _token_parts(tokens: Iterable[str]) -> Iterator[str]:
    """The claims and the signature of a JWT; its header is the same for all. Any other token whole."""
    for token in tokens:
        yield from (part for part in token.split(".")[1:] or [token] if part)


def _lines_with(log: Path, secrets: set[str]) -> Iterator[int]:
    """Numbers of the lines; a failure must not print the secret again."""
    with log.open(encoding="utf-8", errors="replace") as lines:
        yield from (number for number, line in enumerate(lines, 1) if any(secret in line for secret in secrets))
