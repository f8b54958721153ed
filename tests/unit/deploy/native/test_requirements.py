"""An environment with the packages of `dev` has those of every smaller set, in the same versions."""

import re
from pathlib import Path

import pytest

REQUIREMENTS = Path(__file__).parents[4] / "requirements"


def _pins(name: str) -> set[str]:
    text = (REQUIREMENTS / f"{name}.txt").read_text()
    return set(re.findall(r"^[a-z0-9][^\s]*==[^\s;]+", text, flags=re.MULTILINE))


@pytest.mark.parametrize("name", ["up", "conversations", "delivery", "notifications"])
def test_every_package_is_in_dev_too(name: str) -> None:
    assert _pins(name)
    assert _pins(name) <= _pins("dev")
