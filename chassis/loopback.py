"""Recognizes names of the local machine."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_loopback_host(host: str) -> bool:
    """Whether `host`, with or without a port, is localhost, a name below it (RFC 6761) or a loopback address."""
    try:
        parts = urlsplit(f"//{host}")
        name = (parts.hostname or "").removesuffix(".")
        named_only = parts.netloc == host and parts.username is None and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    if not named_only:
        return False
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
