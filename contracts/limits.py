"""The values that code needs, and where the contracts define them; constants are generated from these."""

import json
from typing import Any, NamedTuple

import yaml

from contracts.schemas import ROOT


class Limit(NamedTuple):
    """A constant, and its location in the contracts."""

    name: str
    file: str
    pointer: str


LIMITS = (
    Limit("MAX_MESSAGE_LENGTH", "types.json", "$defs/MessageText/maxLength"),
    Limit("SYSTEM_SENDER_ID", "types.json", "$defs/SystemSenderId/const"),
    Limit("MAX_ITEM_DESCRIPTION_LENGTH", "types.json", "$defs/ItemDescription/maxLength"),
    Limit("MAX_MORE_PICTURES", "types.json", "$defs/DetailedItem/properties/moreImageUrls/maxItems"),
    Limit("MAX_URL_LENGTH", "types.json", "$defs/Url/maxLength"),
    Limit("MAX_PREVIEW_LENGTH", "rest/last-message.json", "properties/preview/maxLength"),
    Limit("MAX_SEQ", "types.json", "$defs/Seq/maximum"),
    Limit("MAX_POSITION", "types.json", "$defs/Position/maximum"),
    Limit("MAX_EVENT_IDX", "events/log/message.sent.v1.json", "properties/idx/maximum"),
    Limit("MAX_RECIPIENTS", "events/log/message.sent.v1.json", "properties/data/properties/recipients/maxItems"),
    Limit("MAX_RESUMED_MESSAGES", "frames/resumed_conversation.json", "properties/messages/maxItems"),
    Limit("MAX_CHANGED_MESSAGES", "frames/resumed_conversation.json", "properties/changedMessages/maxItems"),
    Limit("MAX_ERROR_LENGTH", "frames/server/error.json", "properties/message/maxLength"),
    Limit("MAX_ACCESS_TOKEN_LENGTH", "frames/client/authenticate.json", "properties/accessToken/maxLength"),
    Limit("MAX_BATCH_COMMANDS", "internal/command-batch.json", "properties/commands/maxItems"),
    Limit("MAX_COMMAND_TTL_MS", "internal/command-batch.json", "properties/ttlMs/maximum"),
    Limit("MAX_UNREAD_CONVERSATIONS", "rest/conversation-page.json", "properties/unread/maxItems"),
    Limit("MAX_HISTORY_PAGE", "openapi.yaml", "components/parameters/HistoryLimit/schema/maximum"),
    Limit("DEFAULT_HISTORY_PAGE", "openapi.yaml", "components/parameters/HistoryLimit/schema/default"),
    Limit("MAX_LIST_PAGE", "openapi.yaml", "components/parameters/PageLimit/schema/maximum"),
    Limit("DEFAULT_LIST_PAGE", "openapi.yaml", "components/parameters/PageLimit/schema/default"),
)


def limits() -> dict[str, int | str]:
    """Every limit by name. Raises KeyError if the contracts no longer contain it."""
    return {limit.name: _value(limit) for limit in LIMITS}


def _value(limit: Limit) -> int | str:
    text = (ROOT / limit.file).read_text(encoding="utf-8")
    node: Any = yaml.safe_load(text) if limit.file.endswith(".yaml") else json.loads(text)
    for part in limit.pointer.split("/"):
        node = node[part]
    return node if isinstance(node, str) else int(node)
