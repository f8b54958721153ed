"""The base of every generated model."""

import re
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, SerializerFunctionWrapHandler, model_serializer
from pydantic.alias_generators import to_camel

_CANONICAL = re.compile("[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def canonical_uuid(text: str) -> UUID:
    """A UUID in its 8-4-4-4-12 form, in either case; raises ValueError for the other spellings that UUID() accepts."""
    return UUID(_refuse_other_spellings(text))


def _refuse_other_spellings(value: Any) -> Any:
    if isinstance(value, str) and _CANONICAL.fullmatch(value) is None:
        raise ValueError("Must be a UUID of 32 hexadecimal digits, hyphenated 8-4-4-4-12")
    return value


CanonicalUuid = Annotated[UUID, BeforeValidator(_refuse_other_spellings)]
"""A UUID in the form 8-4-4-4-12; pydantic's own type also accepts braces, `urn:uuid:` and no hyphens."""


class ContractModel(BaseModel):
    """Frozen and strict (no "5" for 5); snake_case in Python, camelCase on the wire; unknown fields are ignored.

    Unknown fields are ignored because a newer client or service talks to an older one during every rolling deploy.
    """

    model_config = ConfigDict(
        frozen=True,
        populate_by_name=True,
        extra="ignore",
        alias_generator=to_camel,
        serialize_by_alias=True,
        strict=True,
    )

    _optional: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        absent = (field.alias or name for name, field in cls.model_fields.items() if field.default is None)
        cls._optional = tuple(absent)

    @model_serializer(mode="wrap")
    def _leave_out_absent_fields(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """JSON Schema distinguishes "absent" from "null"; Python does not: an optional field that is None is absent."""
        fields: dict[str, Any] = handler(self)
        for name in self._optional:
            if fields.get(name) is None:
                fields.pop(name, None)
        return fields

    def wire(self) -> bytes:
        """The JSON that goes over the wire."""
        return self.model_dump_json().encode()

    @classmethod
    def from_wire(cls, body: bytes | str) -> Self:
        """Parse JSON; raises pydantic.ValidationError, whose locations are the names on the wire."""
        return cls.model_validate_json(body)
