"""Samples are counted where they belong: by the function that ran."""

from benchmarks.profile import shares
from deploy.native.folders import REPOSITORY

OURS = f"{REPOSITORY}/services/delivery/outbox.py"
THEIRS = "/somewhere/lib/python3.13/site-packages/aiohttp/web_protocol.py"
PYTHON = "/somewhere/lib/python3.13/asyncio"


def test_a_sample_is_of_its_innermost_function() -> None:
    libraries, functions = shares(
        f"run ({PYTHON}/runners.py:118);Handler.start ({THEIRS}:5);Outbox.flush ({OURS}:81) 7\n"
        f"run ({PYTHON}/runners.py:118);Outbox.flush ({OURS}:83) 2\n"
        f"run ({PYTHON}/runners.py:118);Outbox.flush ({OURS}:83);Handler.start ({THEIRS}:5) 3\n"
        f"run ({PYTHON}/runners.py:118) 4\n"
        f"run ({PYTHON}/runners.py:118);Timeout.__aexit__ ({PYTHON}/timeouts.py:97) 1\n"
    )
    assert libraries == {"ours": 9, "aiohttp": 3, "uvloop and the kernel": 4, "Python's own library": 1}
    assert functions == {"Outbox.flush (outbox.py)": 9}


def test_unattributed_samples_are_counted_too() -> None:
    libraries, functions = shares(" 10\n")
    assert libraries == {"unknown": 10}
    assert not functions
