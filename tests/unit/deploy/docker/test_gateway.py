"""The rules of nginx that the tests of both gateways cannot see from outside, read from its configuration."""

import re
from itertools import repeat

import pytest

from chassis.http.protocol import MAX_TARGET_BYTES
from contracts.schemas import ROOT, load
from deploy.native.folders import REPOSITORY
from deploy.native.gateway.proxy import MAX_BODY_BYTES
from deploy.native.gateway.target import is_ambiguous

FOLDER = REPOSITORY / "deploy" / "docker" / "web"
GATEWAY = (FOLDER / "gateway.conf.template").read_text()


def _location(address: str) -> str:
    start = rf"^    location {re.escape(address)} \{{"
    found = re.search(rf"{start} ([^\n]*) \}}$|{start}$(.*?)^    \}}$", GATEWAY, re.DOTALL | re.MULTILINE)
    assert found, f"no location {address}"
    return found[1] or found[2]


def test_no_other_block_hides_them() -> None:
    """A block with headers of its own inherits none: only the files and the errors have some."""
    assert _location("/").count("add_header") == 1
    assert GATEWAY.count("add_header") == 1 + _location("= /problem").count("add_header")


def test_its_own_errors_have_the_codes_of_the_contract() -> None:
    """For every status that nginx answers by itself."""
    catalogue = {entry["code"]: entry["httpStatus"] for entry in load(ROOT / "error-codes.json")["codes"]}
    written = re.findall(r'^    "[~^]*(\d{3})[^"]*" ([a-z_]+);$', GATEWAY, flags=re.MULTILINE)
    assert {code: int(status) for status, code in written} == {code: catalogue[code] for _, code in written}
    (statuses,) = re.findall(r"error_page ([\d ]+) /problem;", GATEWAY)
    assert {int(status) for status in statuses.split()} <= {400, *(int(status) for status, _ in written)}


PLAIN = (
    *("/", "/api/items", "/api/items?q=/../x", "/assets/a-1.js", "/messages/1", "/a..b", "/items/..."),
    *("/.well-known/x", "/api/items/a%23b%3Fc%3Bd", "/api/items/x%20y", "/api/items/..a"),
)
AMBIGUOUS = (
    *("/api/../internal", "/api/./x", "/api//internal", "/..", "/x/..?a=1", "//internal", "/api/%2e%2e/internal"),
    *("/api/%2E./x", "/a%2Fb", "/a%5cb", "/a\\b", "/a%00"),
)


@pytest.mark.parametrize(("path", "ambiguous"), [*zip(PLAIN, repeat(False)), *zip(AMBIGUOUS, repeat(True))])
def test_both_find_the_same_paths_ambiguous(path: str, ambiguous: bool) -> None:
    (written,) = re.findall(r'"~\*(.+)" 1;', GATEWAY)
    pattern = written.replace("\\\\", "\\")  # in quotes, nginx reads two backslashes as one
    assert (re.search(pattern, path, re.IGNORECASE) is not None) == ambiguous
    assert is_ambiguous(path.partition("?")[0]) == ambiguous


def test_a_body_and_a_header_field_may_be_as_large() -> None:
    configuration = (FOLDER / "nginx.conf").read_text()
    (limit,) = re.findall(r"client_max_body_size (\d+)m;", configuration)
    assert int(limit) * 1024 * 1024 == MAX_BODY_BYTES
    (limit,) = re.findall(r"large_client_header_buffers 4 (\d+)k;", configuration)
    assert int(limit) * 1024 == MAX_TARGET_BYTES


def test_services_are_found_anew_when_their_replicas_change() -> None:
    """Only a name in a variable is resolved while nginx runs."""
    assert "resolver ${RESOLVER} valid=5s;" in GATEWAY
    assert set(re.findall(r"proxy_pass (\S+);", GATEWAY)) == {"$conversations", "$delivery"}


def test_nothing_is_written_outside_of_tmp() -> None:
    configuration = (FOLDER / "nginx.conf").read_text()
    written = re.findall(r"^\s*(?:pid|\w+_temp_path) (\S+);", configuration, flags=re.MULTILINE)
    assert len(written) == 6
    assert all(path.startswith("/tmp/") for path in written)  # noqa: S108 - the container's own


def test_the_number_of_workers_does_not_depend_on_the_machine() -> None:
    """On a host with many cores it would not fit into the container's limits."""
    configuration = (FOLDER / "nginx.conf").read_text()
    assert "include /tmp/environment.conf;" in configuration
    assert "worker_processes" not in configuration
    assert "worker_processes ${WEB_WORKERS:-" in (FOLDER / "entrypoint.sh").read_text()


def test_the_log_contains_the_clients_address() -> None:
    assert '"client":"$remote_addr"' in (FOLDER / "nginx.conf").read_text()
