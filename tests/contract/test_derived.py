"""What follows from the file of a frame: a command, a body, a result."""

from contracts.derived import derive
from contracts.keywords import BODY, COMMAND, RESULT, Schema

SEQ = {"type": "integer"}
TEXT = {"type": "string"}


def frame(**keywords: Schema) -> Schema:
    """Of a client and of a server at once."""
    return {
        "properties": {"type": {"const": "mark"}, "conversationId": TEXT, "seq": SEQ, "message": TEXT, "ref": TEXT},
        "required": ["type", "conversationId", "seq"],
        "examples": [
            {"type": "mark", "conversationId": "c", "seq": 1},
            {"type": "mark", "conversationId": "c", "seq": 1, "ref": "r"},
            {"type": "mark", "conversationId": "c", "seq": 1, "message": "m"},
        ],
        "x-invalid-examples": {
            "seq-is-text": {"type": "mark", "conversationId": "c", "seq": "1"},
            "ref-is-a-number": {"type": "mark", "conversationId": "c", "seq": 1, "ref": 5},
        },
        **{keyword: {"title": "Marked", "description": "It.", **own} for keyword, own in keywords.items()},
    }


def test_a_command_says_whose_it_is_and_repeats_the_frame() -> None:
    """Without `ref`; a text is called `content`."""
    derived = derive(COMMAND, frame(**{COMMAND: {}}))
    assert list(derived["properties"]) == ["kind", "userId", "conversationId", "seq", "content"]
    assert derived["properties"]["kind"] == {"const": "mark"}
    assert derived["required"] == ["kind", "userId", "conversationId", "seq"]
    mine = {"kind": "mark", "userId": "ben", "conversationId": "c"}
    assert derived["examples"] == [{**mine, "seq": 1}, {**mine, "seq": 1, "content": "m"}]


def test_fields_of_its_own_are_required_and_fill_the_examples() -> None:
    """Also one that the frame may leave out."""
    own = {"content": {**TEXT, "examples": ["own"]}}
    derived = derive(COMMAND, frame(**{COMMAND: {"properties": own}}))
    assert derived["properties"]["content"] == TEXT
    assert "content" in derived["required"]
    assert [example["content"] for example in derived["examples"]] == ["own", "m"]
    assert "content" not in derived["x-invalid-examples"]["no-content"]


def test_a_body_leaves_out_what_the_path_contains() -> None:
    """The conversation always."""
    derived = derive(BODY, frame(**{BODY: {"inPath": ["seq"]}}))
    assert list(derived["properties"]) == ["content"]
    assert derived["required"] == []
    assert derived["examples"] == [{}, {"content": "m"}]


def test_a_result_has_a_status_and_what_only_conversations_can_say() -> None:
    """Its field `message` is a message, not a text."""
    derived = derive(RESULT, frame(**{RESULT: {"status": "marked"}}))
    assert list(derived["properties"]) == ["status", "seq", "message"]
    assert derived["examples"][0] == {"status": "marked", "seq": 1}


def test_a_mistake_in_a_field_that_is_left_out_is_no_invalid_example() -> None:
    """It would be valid."""
    derived = derive(RESULT, frame(**{RESULT: {"status": "marked"}}))
    assert derived["x-invalid-examples"] == {"seq-is-text": {"status": "marked", "seq": "1"}}
