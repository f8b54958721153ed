"""Schemas with the fields of a frame: the command that it becomes, the body of its REST call, the result it is made of.

The frame's file says under a keyword only what differs: title, description, and `properties` of its own. Those are
required, and each has an example. All else follows from the frame, the examples included.
"""

from collections.abc import Iterable

from contracts.keywords import BODY, COMMAND, INVALID_EXAMPLES, RESULT, VALID_EXAMPLES, Schema

_LEFT_OUT = {
    COMMAND: {"type", "ref"},
    BODY: {"type", "ref", "conversationId"},
    RESULT: {"type", "ref", "conversationId", "userId", "clientMessageId", "token"},
}
_RENAMED = {COMMAND: {"message": "content"}, BODY: {"message": "content"}, RESULT: {}}
_USER_ID = {"$ref": "../../types.json#/$defs/UserId", VALID_EXAMPLES: ["ben"]}


def derive(keyword: str, frame: Schema) -> Schema:
    """The schema that a frame's file has under this keyword."""
    own, fields = frame[keyword], frame["properties"]
    left_out = _LEFT_OUT[keyword] | set(own.get("inPath", ()))
    names = {name: _RENAMED[keyword].get(name, name) for name in fields if name not in left_out}
    added = _marks(keyword, frame) | own.get("properties", {})
    properties = _marks(keyword, frame) | {names[name]: fields[name] for name in names} | added
    required = {*added, *(names[name] for name in frame["required"] if name in names)}
    values = {
        name: schema["const"] if "const" in schema else schema[VALID_EXAMPLES][0] for name, schema in added.items()
    }

    def example(document: Schema) -> Schema:
        kept = {names.get(name, name): value for name, value in document.items() if name not in fields or name in names}
        return values | kept

    valid = _unique(map(example, frame[VALID_EXAMPLES]))
    invalid = {what: example(document) for what, document in frame[INVALID_EXAMPLES].items()}
    missing = {f"no-{name}": _without(name, valid[0]) for name, schema in added.items() if "const" not in schema}
    return {
        "title": own["title"],
        "description": own["description"],
        "type": "object",
        "properties": {name: _without(VALID_EXAMPLES, schema) for name, schema in properties.items()},
        "required": [name for name in properties if name in required],
        VALID_EXAMPLES: valid,
        # Without the wrong field, such an example is valid.
        INVALID_EXAMPLES: {what: each for what, each in invalid.items() if each not in valid} | missing,
    }


def _marks(keyword: str, frame: Schema) -> Schema:
    """The fields that come first: the kind of a command and its user, the status of a result."""
    if keyword == COMMAND:
        return {"kind": frame["properties"]["type"], "userId": _USER_ID}
    return {"status": {"type": "string", "const": frame[RESULT]["status"]}} if keyword == RESULT else {}


def _without(left_out: str, document: Schema) -> Schema:
    return {name: value for name, value in document.items() if name != left_out}


def _unique(documents: Iterable[Schema]) -> list[Schema]:
    found: list[Schema] = []
    for document in documents:
        if document not in found:
            found.append(document)
    return found
