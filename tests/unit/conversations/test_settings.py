"""What the service refuses to be started with."""

from collections.abc import Mapping

import pytest

from chassis.settings import SettingsError, load_settings
from services.conversations.settings import DatabaseSettings, Settings

GOOD = {
    "DATABASE_URL": "postgresql://user:password@db:5432/messaging",
    "AMQP_URL": "amqp://mq",
    "SERVICE_TOKEN": "s" * 32,
    "JWT_HS256_SECRET": "j" * 32,
    "JWT_ISSUER": "shop",
    "JWT_AUDIENCE": "messaging",
}


def _wrong(changes: Mapping[str, str]) -> set[str]:
    with pytest.raises(SettingsError) as error:
        load_settings(Settings, {**GOOD, **changes})
    return set(error.value.problems)


def test_what_is_needed_is_enough() -> None:
    settings = load_settings(Settings, GOOD)
    assert settings.dev_login is False
    assert (settings.session_url, settings.session_variable) == (GOOD["DATABASE_URL"], "DATABASE_URL")


def test_migrating_needs_only_the_database() -> None:
    direct = "postgresql://direct/messaging"
    settings = load_settings(
        DatabaseSettings, {"DATABASE_URL": GOOD["DATABASE_URL"], "DATABASE_DIRECT_URL": direct, "AMQP_URL": "ignored"}
    )
    assert (settings.session_url, settings.session_variable) == (direct, "DATABASE_DIRECT_URL")


def test_anybody_logs_in_as_anybody_in_development_only() -> None:
    assert _wrong({"DEV_LOGIN": "true"}) == {"DEV_LOGIN"}
    assert _wrong({"DEV_LOGIN": "true", "ENVIRONMENT": "production"}) == {"DEV_LOGIN"}
    assert load_settings(Settings, {**GOOD, "DEV_LOGIN": "true", "ENVIRONMENT": "development"}).dev_login


def test_logging_in_needs_a_secret_to_sign_with() -> None:
    jwks = {"JWT_HS256_SECRET": "", "JWT_JWKS_URL": "https://shop.test/jwks"}
    assert _wrong({**jwks, "DEV_LOGIN": "true", "ENVIRONMENT": "development"}) == {"DEV_LOGIN"}


@pytest.mark.parametrize("name", ["DATABASE_URL", "DATABASE_DIRECT_URL"])
@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgres://h:99999/x", "port"),
        ("postgres://u:50%off@h/x", "%25"),
        ("postgres://h/x?sslmode", "name=value"),
    ],
)
def test_a_wrong_part_of_an_address_is_named(name: str, url: str, said: str) -> None:
    with pytest.raises(SettingsError) as error:
        load_settings(Settings, {**GOOD, name: url})
    assert set(error.value.problems) == {name}
    assert said in error.value.problems[name]
    assert "names a host" not in error.value.problems[name]


def test_all_that_is_wrong_is_named_at_once() -> None:
    changes = {
        "DATABASE_URL": "mysql://x",
        "DATABASE_DIRECT_URL": "nonsense",
        "LOG_SHARDS": "0",
        "PUBLISH_WINDOW": "1000",
    }
    assert _wrong(changes) == set(changes)
