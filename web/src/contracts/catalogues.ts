// Generated from contracts/ by `npm run generate`. Do not edit.
/** WebSocket close codes: may the client reconnect by itself? */
export const closeCodes = {
  1000: { name: 'normal', reconnect: false },
  1002: { name: 'protocol_error', reconnect: false },
  1007: { name: 'invalid_utf8', reconnect: false },
  1009: { name: 'frame_too_big', reconnect: true },
  4000: { name: 'draining', reconnect: true },
  4001: { name: 'token_expired', reconnect: true },
  4002: { name: 'slow_consumer', reconnect: true },
  4003: { name: 'heartbeat_missed', reconnect: true },
  4004: { name: 'resync_required', reconnect: true },
  4005: { name: 'internal_error', reconnect: true },
  4500: { name: 'too_many_bad_frames', reconnect: false },
  4501: { name: 'flooding', reconnect: false },
  4502: { name: 'displaced', reconnect: false },
} as const
/** Codes of problem documents and `error` frames. */
export type ErrorCode =
  | 'bad_request'
  | 'malformed_json'
  | 'invalid_request'
  | 'unknown_frame_type'
  | 'unsupported_media_type'
  | 'payload_too_large'
  | 'unauthenticated'
  | 'token_expired'
  | 'forbidden_origin'
  | 'own_item'
  | 'account_deleted'
  | 'counterpart_deleted'
  | 'too_many_conversations'
  | 'not_found'
  | 'item_not_found'
  | 'conversation_not_found'
  | 'ambiguous_path'
  | 'precondition_failed'
  | 'range_not_satisfiable'
  | 'user_mismatch'
  | 'method_not_allowed'
  | 'request_timeout'
  | 'uri_too_long'
  | 'expectation_failed'
  | 'header_fields_too_large'
  | 'client_message_id_conflict'
  | 'reply_to_not_found'
  | 'key_conflict'
  | 'message_not_found'
  | 'not_your_message'
  | 'not_enabled'
  | 'version_conflict'
  | 'edit_window_passed'
  | 'delete_window_passed'
  | 'message_deleted'
  | 'too_many_changes'
  | 'outdated'
  | 'log_truncated'
  | 'resync_required'
  | 'rate_limited'
  | 'too_many_connections'
  | 'overloaded'
  | 'unavailable'
  | 'outcome_unknown'
  | 'draining'
  | 'bad_gateway'
  | 'gateway_timeout'
  | 'internal_error'
/** A regular expression for the addresses that may be put into a page. */
export const urlPattern =
  '^(https?://[^/?#@:\\u0000-\\u0020\\\\\\u007f-\\u00a0\\u00ad\\u061c\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufeff\\ufff9-\\ufffb][^/?#@\\u0000-\\u0020\\\\\\u007f-\\u00a0\\u00ad\\u061c\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufeff\\ufff9-\\ufffb]*([/?#][^\\u0000-\\u0020\\\\\\u007f-\\u00a0\\u00ad\\u061c\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufeff\\ufff9-\\ufffb]*)?|/([^/\\u0000-\\u0020\\\\\\u007f-\\u00a0\\u00ad\\u061c\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufeff\\ufff9-\\ufffb][^\\u0000-\\u0020\\\\\\u007f-\\u00a0\\u00ad\\u061c\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufeff\\ufff9-\\ufffb]*)?)$'
/** The sender of system messages, which nobody wrote. */
export const systemSenderId = 'marketplace:system'
/** What the contracts allow; `welcome` may announce other limits. */
export const limits = {
  maxMessageLength: 4000,
  maxPreviewLength: 160,
  maxHistoryPage: 200,
  maxListPage: 100,
  maxUnreadConversations: 200,
} as const
/** A regular expression for a text that can be sent: it has a visible character, and no NUL. */
export const messageTextPattern =
  '^[\\u0001-\\u0020\\u007f-\\u00a0\\u00ad\\u034f\\u061c\\u115f-\\u1160\\u1680\\u17b4-\\u17b5\\u180b-\\u180f\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3000\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\u{13430}-\u{1343f}\u{16fe4}\u{1bca0}-\u{1bca3}\u{1d159}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]*[^\\u0000-\\u0020\\u007f-\\u00a0\\u00ad\\u034f\\u061c\\u115f-\\u1160\\u1680\\u17b4-\\u17b5\\u180b-\\u180f\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3000\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\u{13430}-\u{1343f}\u{16fe4}\u{1bca0}-\u{1bca3}\u{1d159}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}][^\\u0000]*$'
