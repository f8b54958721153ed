"""Settings: read from a mapping, checked together, shown as a table."""

from datetime import timedelta
from typing import ClassVar

import pytest
from pydantic import Field, SecretStr

from chassis.auth.tokens import mint_hs256, token_verifier
from chassis.settings import (
    BrokerSettings,
    OriginSettings,
    ServiceTokenSettings,
    SettingsError,
    TokenSettings,
    load_settings,
    settings_table,
)

SECRET = "s" * 32


class Everything(BrokerSettings, TokenSettings, ServiceTokenSettings, OriginSettings):
    pass


GOOD = {
    "AMQP_URL": "amqp://guest:guest@localhost/",
    "SERVICE_TOKEN": SECRET,
    "JWT_HS256_SECRET": SECRET,
    "JWT_ISSUER": "shop",
    "JWT_AUDIENCE": "messaging",
}


def problems(environ: dict[str, str]) -> dict[str, str]:
    with pytest.raises(SettingsError) as raised:
        load_settings(Everything, environ)
    return raised.value.problems


@pytest.mark.parametrize(
    ("given", "field", "value"),
    [
        ({}, "environment", "production"),
        ({}, "allowed_origins", ()),
        ({"PORT": ""}, "port", 8080),  # an empty variable counts as absent
        ({"ALLOWED_ORIGINS": " "}, "allowed_origins", ()),
        ({"LOG_LEVEL": "WARNING"}, "log_level", "warning"),
        (
            {"ALLOWED_ORIGINS": "https://shop.example, http://localhost:5173/"},
            "allowed_origins",
            ("https://shop.example", "http://localhost:5173"),
        ),
    ],
)
def test_variables_are_read_leniently_and_have_defaults(given: dict[str, str], field: str, value: object) -> None:
    assert getattr(load_settings(Everything, GOOD | given), field) == value


def test_exactly_one_key_source_is_needed() -> None:
    both = GOOD | {"JWT_JWKS_URL": "https://shop.example/jwks"}
    neither = {name: value for name, value in GOOD.items() if name != "JWT_HS256_SECRET"}
    assert set(problems(both)) == {"JWT_JWKS_URL"}
    assert set(problems(neither)) == {"JWT_JWKS_URL"}
    assert load_settings(Everything, neither | {"JWT_JWKS_URL": "https://shop.example/jwks"})


@pytest.mark.parametrize("origin", ["*", "shop.example", "https://shop.example/path", "ftp://shop.example", "https://"])
def test_an_invalid_origin_is_refused(origin: str) -> None:
    assert set(problems(GOOD | {"ALLOWED_ORIGINS": origin})) == {"ALLOWED_ORIGINS"}


BROKER_URLS = {
    "starts with amqp:// or amqps:// and names a host": (
        "localhost:5672",
        "amqp://",
        "amqp://[::1/",
        "postgresql://host/",
    ),
    "a port from 1 to 65535": ("amqp://host:port/", "amqp://host:99999/", "amqp://host:0/"),
    "%2F": ("amqp://user:pass/word@host/", "amqp://host//"),
    "%40": ("amqp://user:pass@word@host/",),
    "%25": ("amqp://user:100%@host/", "amqp://user:%zz@host/"),
    "%23": ("amqp://host/a#b",),
    "escape": ("amqp://host/%ff",),
    "white space": ("amqp://host/a b", "amqp://user:pass\nword@host/"),
    "one path segment": ("amqp://host/a/b",),
    "name=value": ("amqp://host/?heartbeat",),
}


@pytest.mark.parametrize(("url", "said"), [(url, said) for said, urls in BROKER_URLS.items() for url in urls])
def test_an_invalid_broker_url_is_refused(url: str, said: str) -> None:
    named = problems(GOOD | {"AMQP_URL": url})
    assert set(named) == {"AMQP_URL"}
    assert said in named["AMQP_URL"]
    assert "pass" not in named["AMQP_URL"].replace("password", "")


@pytest.mark.parametrize(
    "url", ["amqp://host", "amqps://user:p%40ss%25@host.test:5671/%2Fshop?heartbeat=5&name=", "amqp://[::1]:5672/"]
)
def test_a_broker_url_may_have_all_its_parts(url: str) -> None:
    assert load_settings(Everything, GOOD | {"AMQP_URL": url}).amqp_url.get_secret_value() == url


def test_surrounding_white_space_is_stripped() -> None:
    """A secret that was made from a file ends in a line break."""
    settings = load_settings(Everything, {name: f" {value}\n" for name, value in GOOD.items()})
    assert settings == load_settings(Everything, GOOD)


@pytest.mark.parametrize("name", ["SERVICE_TOKEN", "JWT_HS256_SECRET"])
@pytest.mark.parametrize(
    ("secret", "said"),
    [
        (SECRET + "\n" + SECRET, "must not contain white space or characters that do not print"),
        (SECRET + " # from the vault", "must not contain white space or characters that do not print"),
        ("\ufeff" + SECRET, "must not contain white space or characters that do not print"),
        ("s" * 31 + "\n", "must have at least 32 characters"),
    ],
)
def test_a_secret_is_one_long_word(name: str, secret: str, said: str) -> None:
    assert problems(GOOD | {name: secret}) == {name: said}


def test_an_address_on_the_web_has_no_line_break_in_it() -> None:
    wrong = {"JWT_JWKS_URL": "https://shop\n.example/jwks", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://col lector"}
    assert set(problems(GOOD | {"JWT_HS256_SECRET": ""} | wrong)) == set(wrong)


def test_the_process_environment_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "1234")
    assert load_settings(Everything, GOOD).port == 8080
    assert BrokerSettings(amqp_url=SecretStr(GOOD["AMQP_URL"])).port == 8080


def test_secrets_do_not_show_in_a_representation() -> None:
    assert SECRET not in repr(load_settings(Everything, GOOD))


def test_every_setting_is_described_and_every_number_has_a_unit() -> None:
    for name, field in Everything.model_fields.items():
        assert field.description, name
        if field.annotation in (int, float):
            assert isinstance(field.json_schema_extra, dict) and "unit" in field.json_schema_extra, name


def test_the_table_shows_required_defaults_and_units() -> None:
    class Small(BrokerSettings):
        hidden: SecretStr = Field(SecretStr(SECRET), description="A secret.")
        marker: ClassVar[str] = "no setting"

    table = settings_table(Small).splitlines()
    assert table[0] == "| Variable | Default | Meaning |"
    assert any(row.startswith("| `AMQP_URL` | **required** |") for row in table)
    assert any(row.startswith("| `DRAIN_SECONDS` | `10` |") and row.endswith("(seconds) |") for row in table)
    assert SECRET not in "".join(table)


def test_a_previous_secret_needs_the_new_one() -> None:
    """It is for a rotation, not instead of a key."""
    jwks = {"JWT_JWKS_URL": "https://shop.example/keys", "JWT_ISSUER": "shop", "JWT_AUDIENCE": "messaging"}
    with pytest.raises(SettingsError) as raised:
        load_settings(TokenSettings, {**jwks, "JWT_HS256_SECRET_PREVIOUS": "o" * 32})
    assert raised.value.problems == {"JWT_HS256_SECRET_PREVIOUS": "needs JWT_HS256_SECRET"}


async def test_a_previous_secret_still_verifies() -> None:
    both = {"JWT_HS256_SECRET": "n" * 32, "JWT_HS256_SECRET_PREVIOUS": "o" * 32}
    settings = load_settings(TokenSettings, {**both, "JWT_ISSUER": "shop", "JWT_AUDIENCE": "messaging"})
    async with token_verifier(settings) as verifier:
        for secret in both.values():
            token = mint_hs256(
                secret=secret, user_id="anna", issuer="shop", audience="messaging", lifetime=timedelta(hours=1)
            )
            assert (await verifier.verify(token)).user_id == "anna"
