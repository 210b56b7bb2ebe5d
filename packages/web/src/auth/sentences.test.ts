import { expect, test } from 'vitest'
import { explainCeremony } from '../passkeys/ceremonies.ts'
import { explainSignInError, signupRefusal } from './sentences.ts'

test('a server without open registration or without mail says so before anybody types', () => {
  expect(signupRefusal({ signup: true, mail: true })).toBeNull()
  expect(signupRefusal({ signup: false, mail: true })).toMatch(/no new accounts/)
  expect(signupRefusal({ signup: true, mail: false })).toMatch(/HARMONT_SMTP_URL/)
})

test('web A6 a canceled ceremony shows nothing, and every other failure its cause', () => {
  for (const name of ['NotAllowedError', 'AbortError']) expect(explainCeremony(name)).toBeNull()
  const others = ['InvalidStateError', 'ConstraintError', 'NotSupportedError', 'SecurityError', 'UnknownError']
  const sentences = [...others, 'NewError'].map(explainCeremony)
  expect(new Set(sentences).size).toBe(sentences.length)
  expect(sentences.at(-1)).toContain('NewError')
})

test('web X1 an unknown sign-in error still has a message', () => {
  expect(explainSignInError('oauth_state_invalid')).toMatch(/ten minutes/)
  for (const code of ['new_error', 'constructor', '__proto__', ''])
    expect(explainSignInError(code)).toBe('Sign-in failed.')
})
