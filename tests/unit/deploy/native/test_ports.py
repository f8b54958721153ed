"""Free ports are found, taken ones are named."""

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from deploy.native import ports as module
from deploy.native.folders import REPOSITORY
from deploy.native.ports import free_ports, is_free, next_free


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


def test_a_port_is_given_to_one_start_only_whatever_clone_it_runs_from() -> None:
    """Until a server has taken it, that is what keeps two starts at the same moment apart."""
    (port,) = free_ports(1)
    assert next_free(port) > port
    program = f"from deploy.native import ports; print(ports.next_free({port}), end='')"
    other = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, check=True, capture_output=True, text=True)
    assert int(other.stdout) > port


@pytest.mark.skipif(not socket.has_ipv6, reason="there is no other loopback address on this machine")
def test_a_port_taken_at_the_other_loopback_address_is_not_free() -> None:
    """Browsers try ::1 first when they open `localhost`."""
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        assert not is_free(server.getsockname()[1])
