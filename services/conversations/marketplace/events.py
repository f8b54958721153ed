"""Reads the marketplace's events as changes of users and items, and as system messages. Does no I/O.

A marketplace should follow the contract; this reader tolerates more. A decorative field that violates the contract is
truncated or dropped rather than losing the whole user or item. An event is refused if a field that identifies or
orders it (the type, the ids, the time) is invalid.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from contracts.generated import models as contract
from contracts.generated.limits import MAX_ITEM_DESCRIPTION_LENGTH, MAX_MORE_PICTURES
from services.conversations.domain import (
    PLACEHOLDER_ITEM_TITLE,
    ItemStatus,
    is_in_calendar,
    is_too_far_ahead,
    placeholder_name,
)
from services.conversations.marketplace.cloud_events import CloudEvent, NumberText
from services.conversations.marketplace.item_details import Pictures, plain_text
from services.conversations.marketplace_event_types import (
    ITEM_UPSERTED,
    MESSAGE_POSTED,
    TYPES,
    USER_DELETED,
    USER_UPSERTED,
)
from services.conversations.store.projections import Item, Price, User
from services.conversations.system_messages.rendering import SystemMessage, TextsTooLong, render

MAX_LOGGED_ID = 128  # maximum length of an id that has no format
MAX_PRICE_DIGITS = 12  # before the point, and
MAX_PRICE_DECIMALS = 4  # after it, as Price in contracts/types.json
MAX_NUMBER_CHARACTERS = 64

_USER_ID: TypeAdapter[str] = TypeAdapter(contract.UserId)
_ITEM_ID: TypeAdapter[str] = TypeAdapter(contract.ItemId)
_NAME: TypeAdapter[str] = TypeAdapter(contract.PersonName)
_TITLE: TypeAdapter[str] = TypeAdapter(contract.ItemTitle)
_URL: TypeAdapter[str] = TypeAdapter(contract.Url)
_STATUS: TypeAdapter[ItemStatus] = TypeAdapter(contract.ItemStatus)
_TIME: TypeAdapter[datetime] = TypeAdapter(contract.Timestamp)

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,4})?", re.ASCII)
_DATE_AND_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ].*", re.ASCII)
_LEAP_SECOND = re.compile(r"(.{10}[Tt ][0-9]{2}:[0-9]{2}:)60(.*)", re.ASCII)


class EventRefused(ValueError):
    """The event cannot be applied, now or later: `fields` are wrong."""

    def __init__(self, fields: list[str], ids: Mapping[str, str]) -> None:
        self.fields = fields
        self.ids = ids
        super().__init__(", ".join(fields))


@dataclass(frozen=True, slots=True)
class UserDeleted:
    """A user was deleted at `at`; None means now."""

    user_id: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class ItemDeleted:
    """An item was removed at `at`; None means now."""

    item_id: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class MessagePosted:
    """A system message was posted."""

    conversation_id: UUID
    message: SystemMessage


What: TypeAlias = User | Item | UserDeleted | ItemDeleted | MessagePosted


@dataclass(frozen=True, slots=True)
class Change:
    """The change in an event. `ids` name it in log lines; `repaired` are the fields that were truncated or dropped."""

    type: str
    ids: Mapping[str, str]
    what: What
    repaired: tuple[str, ...] = ()


def read_change(event: CloudEvent) -> Change:
    """Read an event's change. Raises EventRefused."""
    reading = _Reading(event)
    what = reading.change()
    if reading.wrong or what is None:
        raise EventRefused(reading.wrong, ids_of(event))
    return Change(reading.type, ids_of(event), what, tuple(reading.repaired))


def ids_of(event: CloudEvent) -> Mapping[str, str]:
    """Log fields: the ids of the event and of its user, item or conversation, as far as present."""
    subject = "item_id" if ".item." in str(event.attributes.get("type")) else "user_id"
    data = event.data if isinstance(event.data, dict) else {}
    named = {subject: data.get("id"), "conversation_id": data.get("conversationId")}
    found = {"event_id": event.attributes.get("id"), **named}
    return {name: _loggable(value) for name, value in found.items() if value is not None}


@dataclass(slots=True)
class _Reading:
    """Reads one event, and records its invalid and repaired fields."""

    event: CloudEvent
    wrong: list[str] = field(default_factory=list)
    repaired: list[str] = field(default_factory=list)

    @property
    def type(self) -> str:
        return str(self.event.attributes.get("type"))

    @property
    def _data(self) -> dict[str, Any]:
        return self.event.data if isinstance(self.event.data, dict) else {}

    def change(self) -> What | None:
        self.wrong.extend(self.event.wrong_attributes)
        if self.type not in TYPES and "type" not in self.wrong:
            self.wrong.append("type")
        if not isinstance(self.event.data, dict):
            self.wrong.append("data")
        if self.wrong:
            return None
        if self.type == MESSAGE_POSTED:
            return self._message()
        at = self._time()
        if self.type == USER_UPSERTED:
            return self._user(self._id("id", _USER_ID), at)
        if self.type == USER_DELETED:
            return UserDeleted(self._id("id", _USER_ID), at)
        if self.type == ITEM_UPSERTED:
            return self._item(self._id("id", _ITEM_ID), at)
        return ItemDeleted(self._id("id", _ITEM_ID), at)

    def _message(self) -> MessagePosted | None:
        """By the contract, and nothing is repaired: a message is shown as it is, or not at all."""
        try:
            data = contract.SystemMessagePostedEventData.from_wire(json.dumps(self._data))
            return MessagePosted(data.conversation_id, render(data.message))
        except ValidationError as error:
            self.wrong.extend(sorted({".".join(("data", *map(str, entry["loc"]))) for entry in error.errors()}))
        except TextsTooLong:
            self.wrong.append("data.message.text")
        return None

    def _user(self, user_id: str, at: datetime | None) -> User:
        return User(
            id=user_id,
            name=self._text("name", _NAME) or placeholder_name(user_id),
            avatar_url=self._url("avatarUrl"),
            deleted=False,
            updated_at=at,
        )

    def _item(self, item_id: str, at: datetime | None) -> Item:
        title = self._text("title", _TITLE) or PLACEHOLDER_ITEM_TITLE.format(id=item_id)
        pictures = Pictures.of(self._url("imageUrl"), self._more_urls())
        return Item(
            id=item_id,
            seller_id=self._id("sellerId", _USER_ID),
            title=title,
            price=self._price(),
            image_url=pictures.cover,
            status=self._status(),
            updated_at=at,
            description=self._description(),
            more_image_urls=pictures.more,
        )

    def _time(self) -> datetime | None:
        """None if there is no time: the event then takes effect on arrival."""
        text = self.event.attributes.get("time")
        if text is None:
            return None
        moment = _read_time(text) if isinstance(text, str) else None
        if moment is None or not is_in_calendar(moment) or is_too_far_ahead(moment):
            self.wrong.append("time")
            return None
        return moment

    def _id(self, name: str, adapter: TypeAdapter[str]) -> str:
        value = self._data.get(name)
        is_fraction = isinstance(value, NumberText) and not value.isdecimal()
        if not isinstance(value, str) or is_fraction or not _fits(adapter, str(value)):
            self.wrong.append(f"data.{name}")
            return ""
        return str(value)  # a numeric id becomes its digits

    def _text(self, name: str, adapter: TypeAdapter[str]) -> str | None:
        value = self._data.get(name)
        text = _UNSTORABLE.sub("\ufffd", str(value))[: _longest(adapter)] if isinstance(value, str) else None
        if text is not None and not _fits(adapter, text):
            text = None
        if text is None or text != value:
            self.repaired.append(name)
        return text

    def _description(self) -> str | None:
        """Truncated to the limit; anything but text is dropped."""
        value = self._data.get("description")
        if value is None:
            return None
        text = _UNSTORABLE.sub("\ufffd", str(value))[:MAX_ITEM_DESCRIPTION_LENGTH] if isinstance(value, str) else None
        if text != value:
            self.repaired.append("description")
        return plain_text(text)

    def _more_urls(self) -> list[str]:
        """The allowed URLs, up to the limit."""
        value = self._data.get("moreImageUrls")
        if value is None:
            return []
        given = value if isinstance(value, list) else []
        allowed = [url for url in given if isinstance(url, str) and _fits(_URL, str(url))][:MAX_MORE_PICTURES]
        if allowed != value:
            self.repaired.append("moreImageUrls")
        return allowed

    def _url(self, name: str) -> str | None:
        value = self._data.get(name)
        if value is None or (isinstance(value, str) and _fits(_URL, str(value))):
            return value
        self.repaired.append(name)
        return None

    def _status(self) -> ItemStatus:
        value = self._data.get("status")
        if value is None:
            return "available"
        try:
            return _STATUS.validate_python(value.strip().lower() if isinstance(value, str) else value)
        except ValidationError:
            self.repaired.append("status")
            return "available"

    def _price(self) -> Price | None:
        value = self._data.get("price")
        if value is None:
            return None
        given = value if isinstance(value, dict) else {}
        amount, currency = _amount(given.get("amount")), given.get("currency")
        try:
            price = contract.Price.model_validate(
                {"amount": amount, "currency": currency.strip().upper() if isinstance(currency, str) else None}
            )
        except ValidationError:
            self.repaired.append("price")
            return None
        if Decimal(price.amount) != Decimal(given["amount"].strip()):
            self.repaired.append("price")
        return Price(Decimal(price.amount), price.currency)


def _amount(value: Any) -> str | None:
    """The decimal without exponent, rounded to the contract's precision; None if it is not a number."""
    text = value.strip() if isinstance(value, str) else ""
    if len(text) > MAX_NUMBER_CHARACTERS or _NUMBER.fullmatch(text) is None:
        return None
    number = Decimal(text)
    if not -MAX_NUMBER_CHARACTERS < number.adjusted() < MAX_PRICE_DIGITS:  # before removing the exponent
        return None
    text = format(abs(number) if number.is_zero() else number, "f")
    decimals = len(text.partition(".")[2])
    return text if decimals <= MAX_PRICE_DECIMALS else format(round(number, MAX_PRICE_DECIMALS), "f")


def _read_time(text: str) -> datetime | None:
    """Parses RFC 3339; a leap second becomes the second after it, and digits beyond microseconds are dropped."""
    if _DATE_AND_TIME.fullmatch(text) is None:
        return None
    leap = _LEAP_SECOND.fullmatch(text)
    try:
        if leap is None:
            return _TIME.validate_json(json.dumps(text))
        return _TIME.validate_json(json.dumps(f"{leap[1]}59{leap[2]}")) + timedelta(seconds=1)
    except (ValidationError, OverflowError):
        return None


def _fits(adapter: TypeAdapter[str], value: str) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


def _longest(adapter: TypeAdapter[str]) -> int:
    limit: int = adapter.json_schema()["maxLength"]
    return limit


def _loggable(value: object) -> str:
    return _UNSTORABLE.sub("\ufffd", str(value))[:MAX_LOGGED_ID]
