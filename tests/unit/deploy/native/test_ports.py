"""Free ports are found, taken ones are named."""

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from deploy.native import ports as module
from deploy.native.folders import REPOSITORY
from deploy.native.ports import PortTakenError, free_ports, is_free, next_free, require


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_free_ports_are_free_and_all_different() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20
    assert all(is_free(port) for port in ports)


def test_no_port_is_given_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not by this process, nor by another one: the server that it is meant for may not have taken it yet."""
    given = free_ports(2)
    monkeypatch.setattr(module, "_RANDOM_RANGE", given)
    assert free_ports(1) == []
    program = f"from deploy.native import ports; ports._RANDOM_RANGE = {given}; print(ports.free_ports(1))"
    other = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, check=True, capture_output=True, text=True)
    assert other.stdout == "[]\n"


def test_a_taken_port_is_passed_over(taken: int) -> None:
    assert not is_free(taken)
    assert next_free(taken) > taken


def test_a_port_that_was_chosen_already_is_passed_over() -> None:
    (port,) = free_ports(1)
    assert next_free(port) == port
    assert next_free(port, avoid=frozenset({port})) > port


def test_a_port_somebody_insists_on_is_named_when_it_is_taken(taken: int) -> None:
    with pytest.raises(PortTakenError, match=str(taken)):
        require(taken, "address")
