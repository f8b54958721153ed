"""Validates operators' URLs. No message contains any part of one, because they contain passwords."""

import re
from typing import Annotated
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from pydantic import AfterValidator, AnyHttpUrl, BeforeValidator, SecretStr

_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def check_url(value: SecretStr, *, schemes: tuple[str, ...]) -> SecretStr:
    """For validators of secret URLs: one of `schemes`, a host, and nothing that libraries parse differently."""
    _parse(value.get_secret_value(), schemes)
    return value


def check_amqp_url(value: SecretStr) -> SecretStr:
    """For validators of a broker's URL, whose path is the name of the virtual host."""
    if _parse(value.get_secret_value(), ("amqp", "amqps")).path.count("/") > 1:
        raise ValueError("must have one path segment at most, the virtual host; a slash in its name is written %2F")
    return value


def has_no_blanks(text: str) -> bool:
    """Whether it contains no white space and no invisible characters such as line breaks."""
    return text.isprintable() and not any(character.isspace() for character in text)


def _parse(url: str, schemes: tuple[str, ...]) -> SplitResult:
    if not has_no_blanks(url):  # before parsing, which silently drops line breaks
        raise ValueError("must not contain white space or characters that do not print")
    if not _escapes_are_good(url):
        raise ValueError("has a % that begins no valid escape; a percent sign itself is written %25")
    parts = _split(url, schemes)
    if parts.netloc.count("@") > 1:
        raise ValueError("must have one @ at most before the host; one in a password is written %40")
    if not _port_is_good(parts):
        raise ValueError("must have a port from 1 to 65535 or none; / ? # in a password are written %2F %3F %23")
    if parts.fragment or not _query_is_good(parts.query):
        raise ValueError("must end in nothing but ?name=value&…; ? and # in a password are written %3F and %23")
    return parts


def _split(url: str, schemes: tuple[str, ...]) -> SplitResult:
    try:
        parts = urlsplit(url)
        named = parts.scheme in schemes and bool(parts.hostname)
    except ValueError:  # its text contains the address
        named = False
    if not named:
        expected = " or ".join(f"{scheme}://" for scheme in schemes)
        raise ValueError(f"must be a URL that starts with {expected} and names a host")
    return parts


def _escapes_are_good(url: str) -> bool:
    try:
        unquote(url, errors="strict")
    except UnicodeDecodeError:
        return False
    return _BROKEN_ESCAPE.search(url) is None


def _port_is_good(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:
        return False


def _query_is_good(query: str) -> bool:
    try:
        return not query or bool(parse_qsl(query, keep_blank_values=True, strict_parsing=True))
    except ValueError:
        return False


def _without_blanks(value: object) -> object:
    if isinstance(value, str) and not has_no_blanks(value):
        raise ValueError("must not contain white space or characters that do not print")
    return value


def _is_only_an_origin(url: AnyHttpUrl) -> AnyHttpUrl:
    if url.port == 0:
        raise ValueError("must have a port from 1 to 65535 or none")
    beyond = (url.username, url.password, url.query, url.fragment)
    if url.path not in (None, "/") or any(part is not None for part in beyond):
        raise ValueError("must be scheme, host and port only, without user info, path or query")
    return url


HttpUrl = Annotated[AnyHttpUrl, BeforeValidator(_without_blanks)]
"""A web URL, exactly as given: the parser alone would drop line breaks."""

ServiceUrl = Annotated[HttpUrl, AfterValidator(_is_only_an_origin)]
"""The base URL of a service; requests use paths from the root."""
