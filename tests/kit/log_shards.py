"""How many shards the log of a test has: one, or as many as TEST_LOG_SHARDS says where the test does not decide."""

import os
import re

LOG_SHARDS = int(os.environ.get("TEST_LOG_SHARDS", "1"))

_OF = re.compile(r"_of_([0-9]+)(?:\?|$)")


def database_name(number: int, shards: int) -> str:
    """A name that says the number of shards, which a service has to be told."""
    return f"test_{number}_of_{shards}"


def shards_of(database_url: str) -> int:
    """The number of shards of a database that was named so; one of any other."""
    named = _OF.search(database_url)
    return int(named[1]) if named else 1
