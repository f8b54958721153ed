"""Generated from contracts/ by `make generate`. Do not edit."""

MAX_MESSAGE_LENGTH = 4000  # types.json: $defs/MessageText/maxLength
SYSTEM_SENDER_ID = "marketplace:system"  # types.json: $defs/SystemSenderId/const
MAX_ITEM_DESCRIPTION_LENGTH = 10000  # types.json: $defs/ItemDescription/maxLength
MAX_MORE_PICTURES = 20  # types.json: $defs/DetailedItem/properties/moreImageUrls/maxItems
MAX_URL_LENGTH = 2048  # types.json: $defs/Url/maxLength
MAX_PREVIEW_LENGTH = 160  # rest/last-message.json: properties/preview/maxLength
MAX_SEQ = 9007199254740991  # types.json: $defs/Seq/maximum
MAX_POSITION = 9007199254740991  # types.json: $defs/Position/maximum
MAX_EVENT_IDX = 1023  # events/log/message.sent.v1.json: properties/idx/maximum
MAX_RECIPIENTS = 16  # events/log/message.sent.v1.json: properties/data/properties/recipients/maxItems
MAX_RESUMED_MESSAGES = 50  # frames/resumed_conversation.json: properties/messages/maxItems
MAX_CHANGED_MESSAGES = 50  # frames/resumed_conversation.json: properties/changedMessages/maxItems
MAX_ERROR_LENGTH = 500  # frames/server/error.json: properties/message/maxLength
MAX_ACCESS_TOKEN_LENGTH = 8192  # frames/client/authenticate.json: properties/accessToken/maxLength
MAX_BATCH_COMMANDS = 512  # internal/command-batch.json: properties/commands/maxItems
MAX_COMMAND_TTL_MS = 60000  # internal/command-batch.json: properties/ttlMs/maximum
MAX_UNREAD_CONVERSATIONS = 200  # rest/conversation-page.json: properties/unread/maxItems
MAX_HISTORY_PAGE = 200  # openapi.yaml: components/parameters/HistoryLimit/schema/maximum
DEFAULT_HISTORY_PAGE = 50  # openapi.yaml: components/parameters/HistoryLimit/schema/default
MAX_LIST_PAGE = 100  # openapi.yaml: components/parameters/PageLimit/schema/maximum
DEFAULT_LIST_PAGE = 30  # openapi.yaml: components/parameters/PageLimit/schema/default
