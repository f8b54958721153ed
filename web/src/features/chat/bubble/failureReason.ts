import { NO_ANSWER } from '@/messaging'

/** Why a message was refused, in the words of a person; the codes are the contract's. */
const REASONS: Record<string, string> = {
  rate_limited: 'You are writing faster than allowed.',
  payload_too_large: 'It is too long.',
  invalid_request: 'The server could not accept this text.',
  conversation_not_found: 'This conversation is no longer open to you.',
  account_deleted: 'Your account was deleted.',
  counterpart_deleted: 'The other account was deleted.',
  client_message_id_conflict: 'It was already sent with another text.',
  unauthenticated: 'You are logged out.',
  token_expired: 'You are logged out.',
  internal_error: 'The server failed to store it.',
  [NO_ANSWER]: 'The server did not answer; it may have arrived.',
}

export function failureReason(code: string | undefined): string {
  return REASONS[code ?? ''] ?? 'Something went wrong on the way.'
}
