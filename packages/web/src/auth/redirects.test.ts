import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readStored, storable, withInviteToken } from './redirects.ts'

test('web A1 neither the token of an invitation nor the nonce of a terminal gets into web storage', () => {
  const secret = 'x'.repeat(43)
  expect(storable(`/invite/accept?token=${secret}`)).toBe('/invite/accept')
  expect(storable(`/cli-login?port=4000&nonce=${secret}`)).toBeNull()
  expect(storable('/acme/builds?state=failed#L3')).toBe('/acme/builds?state=failed#L3')
})

test('web A5 a way through another site takes the invitation along, and nothing else does', () => {
  expect(withInviteToken('/invite/accept', 'a b&c')).toBe('/invite/accept?token=a+b%26c')
  expect(withInviteToken('/invite/accept', null)).toBe('/invite/accept')
  expect(withInviteToken('/acme', 'secret')).toBe('/acme')
})

test('web A5 what was noted for a mail is read until its end, and anything else is nothing', () => {
  const text = JSON.stringify({ redirect: '/acme', until: 1000 })
  expect(readStored(text, 999)).toBe('/acme')
  expect(readStored(text, 1000)).toBeUndefined()
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), fc.constant(null)), (other) => {
      expect(readStored(other, 0)).toBeUndefined()
    }),
  )
})
