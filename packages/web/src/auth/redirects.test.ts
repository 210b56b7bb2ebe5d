import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readStored, storable, withInviteToken } from './redirects.ts'

test("web A1 neither an invitation's token nor a terminal's nonce is stored", () => {
  const secret = 'x'.repeat(43)
  expect(storable(`/invite/accept?token=${secret}`)).toBe('/invite/accept')
  expect(storable(`/cli-login?port=4000&nonce=${secret}`)).toBeNull()
  expect(storable('/acme/builds?state=failed#L3')).toBe('/acme/builds?state=failed#L3')
})

test("web A5 a sign-in through another site returns with the invitation's token, and other addresses get none", () => {
  expect(withInviteToken('/invite/accept', 'a b&c')).toBe('/invite/accept?token=a+b%26c')
  expect(withInviteToken('/invite/accept', null)).toBe('/invite/accept')
  expect(withInviteToken('/acme', 'secret')).toBe('/acme')
})

test('web A5 a stored address is returned until it expires, and any other value is ignored', () => {
  const text = JSON.stringify({ redirect: '/acme', until: 1000 })
  expect(readStored(text, 999)).toBe('/acme')
  expect(readStored(text, 1000)).toBeUndefined()
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), fc.constant(null)), (other) => {
      expect(readStored(other, 0)).toBeUndefined()
    }),
  )
})
