"""Settings of a service: read once from a mapping, validated together, then immutable.

A service composes its settings from the classes here:

    class Settings(BrokerSettings, TokenSettings):
        database_url: SecretStr = Field(description="PostgreSQL connection URL.")

The variable of a field is its name in capitals. Nothing here reads the process environment:
`__main__` passes it.
"""

import sys
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, NoReturn, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from chassis.urls import HttpUrl, check_amqp_url, has_no_blanks

EXIT_WRONG_SETTINGS = 2
MIN_SECRET_LENGTH = 32  # characters, so at least 256 bits of key for HS256 (RFC 7518, 3.2)

SettingsT = TypeVar("SettingsT", bound="ServiceSettings")


def check_secret(value: SecretStr) -> SecretStr:
    """For validators of shared secrets: long enough, and without characters that are read or sent differently."""
    secret = value.get_secret_value()
    if len(secret) < MIN_SECRET_LENGTH:
        raise ValueError(f"must have at least {MIN_SECRET_LENGTH} characters")
    if not has_no_blanks(secret):
        raise ValueError("must not contain white space or characters that do not print")
    return value


SharedSecret = Annotated[SecretStr, AfterValidator(check_secret)]


def setting(default: Any, description: str, *, unit: str | None = None, **bounds: Any) -> Any:
    """A variable that need not be set; the rest are arguments of pydantic's `Field`."""
    return Field(default, description=description, json_schema_extra={"unit": unit} if unit else None, **bounds)


class SettingsError(Exception):
    """One or more variables are invalid; the message names all of them, never their values."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        lines = "\n".join(f"  {name}: {message}" for name, message in self.problems.items())
        super().__init__(f"Wrong settings:\n{lines}")


class ServiceSettings(BaseSettings):
    """Settings of every service."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(frozen=True, extra="forbid")

    environment: Literal["development", "production"] = setting(
        "production", "`development` allows features that must not be exposed to the internet."
    )
    log_level: Literal["debug", "info", "warning", "error"] = setting("info", "Minimum level of log lines.")
    log_format: Literal["auto", "json", "console"] = setting(
        "auto", "`auto`: console on a terminal, JSON lines otherwise."
    )
    host: str = setting("0.0.0.0", "Address to listen on.")  # noqa: S104 - a container listens on all
    port: int = setting(8080, "Port to listen on.", unit="TCP port, 0: any free", ge=0, le=65535)
    http_idle_seconds: float = setting(
        75,
        "Timeout for receiving a request's header, for its body, and between two requests.",
        unit="seconds",
        gt=0,
        le=3600,
    )
    drain_seconds: float = setting(
        10, "After SIGTERM, keep the listener open for at most this long.", unit="seconds", ge=0, le=300
    )
    otel_exporter_otlp_endpoint: HttpUrl | None = setting(
        None,
        "Collector for traces (OTLP over HTTP, without `/v1/traces`); without it, tracing is off. "
        "Other `OTEL_…` variables of the OpenTelemetry SDK also apply.",
    )
    otel_traces_sampler_arg: float = setting(
        0.01, "Share of messages that is traced, chosen at random.", unit="0 to 1", ge=0, le=1
    )

    @field_validator("log_level", "log_format", "environment", mode="before")
    @classmethod
    def _in_lower_case(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is the library's, here and below
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Use arguments only, so that no settings object reads the environment implicitly."""
        return (init_settings,)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Read the variables of this class; an empty variable counts as absent. Raises SettingsError.

        Surrounding white space is stripped: a secret read from a file often ends in a line break.
        """
        source = EnvSettingsSource(cls, case_sensitive=False)
        source.env_vars = {name.lower(): value.strip() for name, value in environ.items() if value.strip()}
        try:
            return cls(**source())
        except ValidationError as error:
            raise SettingsError(_by_variable(error)) from None


class BrokerSettings(ServiceSettings):
    """For services that talk to RabbitMQ."""

    amqp_url: SecretStr = Field(description="RabbitMQ, as `amqp://user:password@host:5672/vhost` (or `amqps`).")

    @field_validator("amqp_url")
    @classmethod
    def _is_amqp(cls, value: SecretStr) -> SecretStr:
        return check_amqp_url(value)


class TokenSettings(ServiceSettings):
    """For services that verify end users' bearer tokens, with a shared secret or a JWKS URL."""

    jwt_hs256_secret: SharedSecret | None = setting(
        None,
        "Shared secret of HS256 tokens. Set exactly one of this and `JWT_JWKS_URL`.",
        unit=f"at least {MIN_SECRET_LENGTH} characters",
    )
    jwt_hs256_secret_previous: SharedSecret | None = setting(
        None,
        "A second secret whose tokens are also accepted, while `JWT_HS256_SECRET` is being rotated.",
        unit=f"at least {MIN_SECRET_LENGTH} characters",
    )
    jwt_jwks_url: HttpUrl | None = setting(None, "URL of the issuer's RS256, ES256 or EdDSA keys (JWKS).")
    jwt_issuer: str = Field(min_length=1, description="Required `iss` claim of tokens.")
    jwt_audience: str = Field(min_length=1, description="Required `aud` claim of tokens.")
    jwt_leeway_seconds: float = setting(5, "Tolerated clock difference to the issuer.", unit="seconds", ge=0, le=300)

    @field_validator("jwt_hs256_secret_previous")
    @classmethod
    def _beside_the_new_one(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is not None and info.data.get("jwt_hs256_secret", value) is None:
            raise ValueError("needs JWT_HS256_SECRET")
        return value

    @field_validator("jwt_jwks_url")
    @classmethod
    def _exactly_one_key_source(cls, value: HttpUrl | None, info: ValidationInfo) -> HttpUrl | None:
        # An invalid secret is missing from info.data and already reported under its own name.
        if "jwt_hs256_secret" in info.data and (info.data["jwt_hs256_secret"] is None) == (value is None):
            raise ValueError("set exactly one of JWT_HS256_SECRET and JWT_JWKS_URL")
        return value


class ServiceTokenSettings(ServiceSettings):
    """For services that send or answer internal requests."""

    service_token: SharedSecret = Field(
        description="Shared secret for requests between services and from the marketplace.",
        json_schema_extra={"unit": f"at least {MIN_SECRET_LENGTH} characters"},
    )


class OriginSettings(ServiceSettings):
    """For services that browsers reach."""

    allowed_origins: Annotated[tuple[str, ...], NoDecode] = setting(
        (), "Origins of web pages that may call this service, separated by commas."
    )

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())
        return value

    @field_validator("allowed_origins")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            parts = urlsplit(origin)
            if (
                parts.scheme not in ("http", "https")
                or origin != f"{parts.scheme}://{parts.netloc}"
                or not parts.netloc
            ):
                raise ValueError("each origin must look like https://shop.example or http://localhost:5173")
        return value


def load_settings(cls: type[SettingsT], environ: Mapping[str, str]) -> SettingsT:
    """Settings from a mapping of variables. Raises SettingsError naming every invalid variable."""
    return cls.from_environ(environ)


def load_settings_or_exit(cls: type[SettingsT], environ: Mapping[str, str]) -> SettingsT:
    """As load_settings; invalid settings end the process with one message and exit code 2."""
    try:
        return load_settings(cls, environ)
    except SettingsError as error:
        _exit(error)


def settings_table(cls: type[ServiceSettings]) -> str:
    """The variables of a settings class as a Markdown table."""
    rows = [_row(name, field) for name, field in cls.model_fields.items()]
    return "\n".join(["| Variable | Default | Meaning |", "|---|---|---|", *rows]) + "\n"


def _exit(error: SettingsError) -> NoReturn:
    sys.stderr.write(f"{error}\n")
    raise SystemExit(EXIT_WRONG_SETTINGS) from None


def _by_variable(error: ValidationError) -> dict[str, str]:
    problems: dict[str, str] = {}
    for entry in error.errors(include_url=False, include_input=False):
        name = str(entry["loc"][0]).upper() if entry["loc"] else "settings"
        message = "is required" if entry["type"] == "missing" else entry["msg"].removeprefix("Value error, ")
        problems.setdefault(name, message)
    return problems


def _row(name: str, field: FieldInfo) -> str:
    extra: Any = field.json_schema_extra
    unit = f" ({extra['unit']})" if isinstance(extra, dict) and "unit" in extra else ""
    return f"| `{name.upper()}` | {_default(field)} | {field.description}{unit} |"


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined and field.default_factory is None:
        return "**required**"
    if field.default is None or field.default == () or isinstance(field.default, SecretStr):
        return "–"
    return f"`{field.default}`"
