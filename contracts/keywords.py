"""The keywords of these schemas that JSON Schema does not have, and its own for examples."""

from typing import Any

Schema = dict[str, Any]

VALID_EXAMPLES = "examples"  # JSON Schema's keyword, a list
INVALID_EXAMPLES = "x-invalid-examples"  # by what is wrong with them
UNION_OF_FILES = "x-oneOf"  # patterns, such as `client/*.json`; JSON Schema's keyword takes their place
ANSWER = "x-answered-by"  # of a client frame: the server frame that answers it, unless an error does
PUSHED = "x-pushed"  # of a server frame: sent when the log changes

# Schemas derived from a frame, in its file:
COMMAND = "x-command"  # of a client frame: what `delivery` posts to `conversations`
BODY = "x-body"  # of a client frame: what REST takes instead, but for the fields of the path, `inPath`
RESULT = "x-result"  # of a server frame: the result of a command that it answers, with its `status`
DERIVED = (COMMAND, BODY, RESULT)
