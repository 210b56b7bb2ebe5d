import { apiError } from '../../platform/http/index.ts'

/** The 400 of a mailed or printed link that leads nowhere any more. */
export function linkInvalid(what: 'sign-up link' | 'recovery link' | 'setup link'): Error {
  return apiError('passkey_token_invalid', `This ${what} is unknown, used or expired; ask for a new one.`)
}
