import { createHash } from 'node:crypto'
import { anyCharacter } from '@harmont/test-kit/character'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { callbackAddress, groupsOfFour, matchingCode, readCliLogin } from './cli-login.ts'

const nonce = 'a-nonce-of-sixteen-and-more'

test('web A7 a login link needs a port from 1024 to 65535 and a nonce of 16 to 256 visible characters', () => {
  const visible = fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)) })
  fc.assert(
    fc.property(
      fc.integer({ min: 1024, max: 65_535 }),
      visible.map((text) => text.padEnd(16, 'x')),
      fc.string(),
      (port, nonce, state) => {
        const read = readCliLogin({ port: String(port), nonce, state, code: '1' })
        expect(read).toEqual({ kind: 'loopback', port, nonce, state, showsCode: true })
      },
    ),
  )
  expect(readCliLogin({ port: '4000', nonce })).toMatchObject({ showsCode: false, state: '' })
  expect(readCliLogin({ paste: true })).toEqual({ kind: 'paste' })
})

test.for([
  '',
  '0',
  '80',
  '1023',
  '65536',
  '99999',
  '4000.5',
  '4e3',
  '0x1000',
  ' 4000',
  '04000',
  '4000@evil.example',
  '-4000',
  '٤٠٠٠',
])('web A7 a login link with the port %j is invalid', (port) => {
  expect(readCliLogin({ port, nonce }).kind).toBe('invalid')
})

test.for(['', 'fifteen-letters', 'x'.repeat(257), 'sixteen with blank', 'sixteen-letters-ä', 'sixteen-letters-\n'])(
  'web A7 a login link with the nonce %j is invalid',
  (bad) => {
    expect(readCliLogin({ port: '4000', nonce: bad }).kind).toBe('invalid')
  },
)

test('web A7 the page redirects to 127.0.0.1 only, whatever the state contains', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1024, max: 65_535 }), fc.string({ unit: anyCharacter }), (port, state) => {
      const url = new URL(callbackAddress({ port, state }))
      expect([url.origin, url.pathname, url.hash]).toEqual([`http://127.0.0.1:${port}`, '/callback', ''])
      expect([...url.searchParams]).toEqual([['state', state.toWellFormed()]])
    }),
  )
})

test('web A7 the matching code is the first 40 bits of the digest in Crockford digits', () => {
  const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii' }), (nonce) => {
      const digest = createHash('sha256').update(`harmont-cli-login\n${nonce}`).digest()
      const bits = [...digest.subarray(0, 5)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
      const code = bits.replace(/.{5}/g, (five) => digits[Number.parseInt(five, 2)] ?? '')
      expect(matchingCode(nonce)).toBe(`${code.slice(0, 4)}-${code.slice(4)}`)
    }),
  )
})

test('web A8 a code is shown in groups of four characters', () => {
  expect(groupsOfFour('K7P2QR9MX3WZ4NTV')).toEqual(['K7P2', 'QR9M', 'X3WZ', '4NTV'])
  expect(groupsOfFour('')).toEqual([])
})
