"""The service's variables."""

import pytest

from chassis.settings import SettingsError, load_settings
from services.notifications.settings import Settings

ENOUGH = {
    "AMQP_URL": "amqp://broker.test/",
    "CONVERSATIONS_URL": "http://conversations.test:8081",
    "SERVICE_TOKEN": "x" * 32,
}


def test_three_variables_are_enough() -> None:
    """All others have defaults."""
    assert str(load_settings(Settings, ENOUGH).conversations_url) == "http://conversations.test:8081/"


def test_what_is_missing_or_out_of_range_is_named() -> None:
    """All at once."""
    with pytest.raises(SettingsError) as caught:
        load_settings(Settings, {"PREFETCH": "0", "CURSOR_STORE_SECONDS": "0"})
    assert set(caught.value.problems) == {
        "AMQP_URL",
        "CONVERSATIONS_URL",
        "SERVICE_TOKEN",
        "PREFETCH",
        "CURSOR_STORE_SECONDS",
    }


@pytest.mark.parametrize(
    "url",
    [
        "http://conversations.test/messaging",
        "http://conversations.test?x=1",
        "http://conversations.test#x",
        "http://user:password@conversations.test",
        "http://user@conversations.test",
        "http://conversations.test:0",
        "http://conversations.test:99999",
        "http://conver\nsations.test",
    ],
)
def test_the_conversations_service_is_scheme_host_and_port(url: str) -> None:
    """It is asked under /internal, whatever else the address says."""
    with pytest.raises(SettingsError) as caught:
        load_settings(Settings, {**ENOUGH, "CONVERSATIONS_URL": url})
    assert set(caught.value.problems) == {"CONVERSATIONS_URL"}
    assert "user" not in caught.value.problems["CONVERSATIONS_URL"].replace("user info", "")
