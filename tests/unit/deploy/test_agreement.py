"""Values of different parts that only work together."""

import re
from pathlib import Path

import pytest

from chassis.http.app import MAX_BODY_BYTES
from chassis.settings import SettingsError, load_settings
from contracts.generated import limits
from services.delivery.settings import MAX_HEARTBEAT_SECONDS, Settings
from services.delivery.sockets.heartbeat import DEAD_AFTER
from tests.kit.wrong_settings import DELIVERY

ROOT = Path(__file__).parents[3]
MIGRATIONS = ROOT / "services" / "conversations" / "migrations" / "versions"


def silences() -> list[float]:
    """For how many seconds each proxy of ours lets a socket be silent."""
    template = (ROOT / "deploy" / "docker" / "web" / "gateway.conf.template").read_text()
    (socket,) = re.findall(r"location = /ws \{(.*?)\n    \}", template, re.DOTALL)
    nginx = re.findall(r"proxy_(?:read|send)_timeout (\d+)s;", socket)
    assert len(nginx) == 2
    ingresses = [path.read_text() for path in (ROOT / "deploy" / "kubernetes").rglob("ingress*.yaml")]
    annotated = re.findall(r'proxy-(?:read|send)-timeout: "(\d+)"', "\n".join(ingresses))
    assert annotated
    return [float(seconds) for seconds in (*nginx, *annotated)]


def test_a_dead_peer_is_noticed_before_any_proxy_ends_the_socket() -> None:
    """With the slowest heartbeat that can be set."""
    assert min(silences()) > MAX_HEARTBEAT_SECONDS * DEAD_AFTER


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HEARTBEAT_SECONDS", "200"),
        ("HEARTBEAT_SECONDS", "80"),
        ("MAX_FRAME_BYTES", "20480"),
        ("COMMAND_DEADLINE_SECONDS", "61"),
        ("OUTBOX_MAX_BYTES", "65535"),
    ],
)
def test_a_setting_that_contradicts_another_part_is_refused(name: str, value: str) -> None:
    """By its name, when the process starts."""
    assert load_settings(Settings, DELIVERY)
    with pytest.raises(SettingsError) as error:
        load_settings(Settings, {**DELIVERY, name: value})
    assert set(error.value.problems) == {name}


def test_the_longest_text_fits_into_a_frame_and_a_body() -> None:
    """Also as a client writes it that escapes every character."""
    longest = limits.MAX_MESSAGE_LENGTH * len(r"\ud83d\ude00")
    (smallest,) = (bound.ge for bound in Settings.model_fields["max_frame_bytes"].metadata if hasattr(bound, "ge"))
    assert min(smallest, MAX_BODY_BYTES) > longest


@pytest.mark.parametrize(
    ("written", "limit"),
    [
        (r"last_message_preview = coalesce\(left\(p_contents\[[^\]]+\], (\d+)\)", limits.MAX_PREVIEW_LENGTH),
        (r"v_pos \* (\d+) \+ ", limits.MAX_EVENT_IDX + 1),
    ],
)
def test_the_database_holds_the_limits_of_the_contracts(written: str, limit: int) -> None:
    """SQL cannot import them: the newest definition spells them out."""
    newest = [path for path in sorted(MIGRATIONS.glob("*.sql")) if re.search(written, path.read_text())][-1]
    assert set(re.findall(written, newest.read_text())) == {str(limit)}
