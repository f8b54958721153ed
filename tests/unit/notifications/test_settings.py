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
