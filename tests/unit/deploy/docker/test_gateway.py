"""nginx and the native gateway keep the same rules: what one promises, browser tests of the other have seen."""

import re
from pathlib import Path

import pytest

from chassis.http.protocol import MAX_TARGET_BYTES
from contracts.schemas import ROOT, load
from deploy.native.gateway.files import MAX_NAME_BYTES, MAX_PATH_BYTES, SECURITY_HEADERS
from deploy.native.gateway.proxy import MAX_BODY_BYTES
from deploy.native.gateway.target import is_ambiguous
from services.delivery.settings import Settings

FOLDER = Path(__file__).parents[4] / "deploy" / "docker" / "web"
GATEWAY = (FOLDER / "gateway.conf.template").read_text()
DEAD_AFTER_HEARTBEATS = 1.5


def _location(address: str) -> str:
    start = rf"^    location {re.escape(address)} \{{"
    found = re.search(rf"{start} ([^\n]*) \}}$|{start}$(.*?)^    \}}$", GATEWAY, re.DOTALL | re.MULTILINE)
    assert found, f"no location {address}"
    return found[1] or found[2]


def test_the_security_headers_are_those_of_the_native_gateway() -> None:
    written = (FOLDER / "security-headers.conf").read_text()
    found = re.findall(r'^add_header (\S+) "?([^"]*?)"? always;$', written, flags=re.MULTILINE)
    assert dict(found) == SECURITY_HEADERS
    assert len(found) == len(re.findall(r"^\s*add_header", written, flags=re.MULTILINE))
    assert "include security-headers.conf;" in _location("/")


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


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/api/items", "/api/items?q=/../x", "/assets/a-1.js", "/messages/1", "/a..b", "/.well-known/x"),
        *("/api/../internal", "/api/./x", "/api//internal", "/..", "/api/%2e%2e/internal", "/a%2Fb", "/a%5cb", "/a\\b"),
        *("/api/items/a%23b%3Fc%3Bd", "/api/items/...", "/api/items/..a", "/a%00", "/x/..?a=1", "//internal"),
    ],
)
def test_the_same_paths_are_ambiguous(path: str) -> None:
    (written,) = re.findall(r'"~\*(.+)" 1;', GATEWAY)
    pattern = written.replace("\\\\", "\\")  # in quotes, nginx reads two backslashes as one
    assert (re.search(pattern, path, re.IGNORECASE) is not None) == is_ambiguous(path.partition("?")[0])


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        *(("/", True), ("/messages/1", True), ("/a/" + "x" * MAX_NAME_BYTES, True), ("/\xc3\xbc\xe2\x82\xac", True)),
        *(("/" + "x" * (MAX_NAME_BYTES + 1), False), ("/" + "x/" * (MAX_PATH_BYTES // 2), True)),
        *(("/" + "x/" * (MAX_PATH_BYTES // 2) + "y", False), ("/\xff", False), ("/\xed\xa0\x80", False)),
    ],
)
def test_an_impossible_address_is_not_looked_up(path: str, is_one: bool) -> None:
    """The rules of nginx on bytes, as the native gateway has them on text."""
    block = re.findall(r"map \$uri \$no_address \{(.*?)\n\}", GATEWAY, flags=re.DOTALL)[0]
    rules = re.findall(r'"~(.+)" ([01]);', block)
    found = next((int(no_address) for pattern, no_address in rules if _matches(pattern, path)), 1)
    assert found == (not is_one)


def _matches(pattern: str, path: str) -> bool:
    plain = pattern.replace("(?>", "(?:").replace(")*+", ")*")  # which Python has since 3.11 only
    return re.search(plain, path) is not None


def test_a_body_and_a_header_field_may_be_as_large() -> None:
    configuration = (FOLDER / "nginx.conf").read_text()
    (limit,) = re.findall(r"client_max_body_size (\d+)m;", configuration)
    assert int(limit) * 1024 * 1024 == MAX_BODY_BYTES
    (limit,) = re.findall(r"large_client_header_buffers 4 (\d+)k;", configuration)
    assert int(limit) * 1024 == MAX_TARGET_BYTES


@pytest.mark.parametrize("address", ["= /internal", "/internal/", "= /metrics", "= /readyz", "/ws/", "= /api"])
def test_private_addresses_are_not_found(address: str) -> None:
    assert _location(address).strip() == "return 404;"


def test_sockets_outlive_the_heartbeat_which_decides_who_is_dead() -> None:
    heartbeat = Settings.model_fields["heartbeat_seconds"].default
    timeouts = re.findall(r"proxy_(?:read|send)_timeout (\d+)s;", _location("= /ws"))
    assert len(timeouts) == 2
    assert all(int(timeout) > DEAD_AFTER_HEARTBEATS * heartbeat for timeout in timeouts)


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
