import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { makeLogToken, readLogToken } from './log-token.ts'

const build = '00000000-0000-4000-8000-00000000c1c1'
const secret = 'log-token-test-key'
const secrets = { current: secret, previous: [] }
const given =
  'eyJidWlsZCI6IjAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwYzFjMSIsImV4cCI6NDAwMDAwMDAwMH0.bxVMzL-oAMmYSHWU33ee2CzNkJY9syfXS2UNm0w5AS0'
const now = new Date('2026-01-01T00:00:00.700Z')
const right = { buildId: build, credentialId: null }

test('G52 the token of the documented example can be created and read', () => {
  expect(makeLogToken(secret, build, new Date((4_000_000_000 - 3600) * 1000)).token).toBe(given)
  expect(readLogToken(secrets, given, now)).toEqual(right)
})

test('a token is valid for an hour, until a whole second', () => {
  const { token, expiresAt } = makeLogToken(secret, build, now)
  expect(expiresAt.toISOString()).toBe('2026-01-01T01:00:00.000Z')
  expect(readLogToken(secrets, token, new Date(expiresAt.getTime() - 1))).toEqual(right)
  expect(readLogToken(secrets, token, expiresAt)).toBeNull()
})

test('a token expires with the credential that requested it, if that is sooner', () => {
  const until = (at: string) =>
    makeLogToken(secret, build, now, { credentialId: 'c', expiresAt: new Date(at) }).expiresAt.toISOString()
  expect(until('2026-01-01T00:02:00.900Z')).toBe('2026-01-01T00:02:00.000Z')
  expect(until('2026-01-01T01:00:02.000Z')).toBe('2026-01-01T01:00:00.000Z')
})

test('a token names the credential that requested it', () => {
  const { token } = makeLogToken(secret, build, now, { credentialId: 'c', expiresAt: null })
  expect(readLogToken(secrets, token, now)).toEqual({ buildId: build, credentialId: 'c' })
})

function signed(payload: string): string {
  const encoded = Buffer.from(payload).toString('base64url')
  return `${encoded}.${createHmac('sha256', secret).update(encoded).digest('base64url')}`
}

test.for([
  ['another secret', makeLogToken('another-secret', build, now).token],
  ['a changed payload', given.replace('eyJ', 'eyK')],
  ['a signature with a tail', `${given}=`],
  ['a third part', `${given}.x`],
  ['no signature', given.split('.')[0] ?? ''],
  ['nothing', ''],
  ['an expiry that is no integer', signed(`{"build":"${build}","exp":4000000000.5}`)],
  ['an expiry as text', signed(`{"build":"${build}","exp":"4000000000"}`)],
  ['no expiry', signed(`{"build":"${build}"}`)],
  ['a credential that is no text', signed(`{"build":"${build}","exp":4000000000,"by":7}`)],
  ['a build that is no text', signed('{"build":7,"exp":4000000000}')],
] as const)('%s is refused', ([, token]) => {
  expect(readLogToken(secrets, token, now)).toBeNull()
})

test('a token of a replaced secret is valid until that secret or the token expires', () => {
  const { token } = makeLogToken('the-one-before', build, now)
  const until = new Date(now.getTime() + 1000)
  const replaced = { current: secret, previous: [{ secret: 'the-one-before', until }] }
  expect(readLogToken(replaced, token, now)).toEqual(right)
  expect(readLogToken(replaced, token, until)).toBeNull()
  expect(readLogToken(replaced, given, now)).toEqual(right)
  const longer = { current: secret, previous: [{ secret: 'the-one-before', until: new Date('2030-01-01') }] }
  expect(readLogToken(longer, token, new Date(now.getTime() + 3_600_000))).toBeNull()
})
