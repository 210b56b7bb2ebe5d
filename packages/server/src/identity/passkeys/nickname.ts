import { FieldErrors } from '../../platform/input/field-errors.ts'

const defaultNickname = 'Passkey'

/** The name under which a passkey is listed; `Passkey` for none or a blank one. Throws 422. */
export function readNickname(given: string | null): string {
  const nickname = given?.trim() || defaultNickname
  const errors = new FieldErrors()
  errors.length('nickname', nickname, 1, 255)
  if (/\p{Cc}/u.test(nickname)) errors.add('nickname', 'must have no control characters')
  errors.throwIfAny('request_invalid')
  return nickname
}
