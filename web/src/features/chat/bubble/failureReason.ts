import { type MessageDescriptor } from '@lingui/core'
import { msg, t } from '@lingui/core/macro'

import { NO_ANSWER } from '@/messaging'

/** Why a message was refused, in the words of a person; the codes are the contract's. */
const REASONS: Record<string, MessageDescriptor> = {
  rate_limited: msg`You are sending messages too fast.`,
  payload_too_large: msg`It is too long.`,
  invalid_request: msg`The server could not accept this text.`,
  conversation_not_found: msg`This conversation is no longer open to you.`,
  account_deleted: msg`Your account was deleted.`,
  counterpart_deleted: msg`The other account was deleted.`,
  client_message_id_conflict: msg`It was already sent with a different text.`,
  version_conflict: msg`It was changed on another device meanwhile.`,
  edit_window_passed: msg`The message is too old to be edited.`,
  reply_to_not_found: msg`The message that it answers is no longer there.`,
  delete_window_passed: msg`The message is too old to be deleted.`,
  message_deleted: msg`The message was deleted.`,
  too_many_changes: msg`The message was changed too often.`,
  message_not_found: msg`The message is no longer there.`,
  not_enabled: msg`This is not available yet. Please try again later.`,
  unauthenticated: msg`You are logged out.`,
  token_expired: msg`You are logged out.`,
  internal_error: msg`The server failed to store it.`,
  [NO_ANSWER]: msg`The server did not answer; your message may have arrived.`,
}

export function failureReason(code: string | undefined): string {
  const reason = REASONS[code ?? '']
  return t(reason ?? msg`Something went wrong on the way.`)
}
