import { expect, test } from 'vitest'
import { passkeyBarrier } from './barrier.ts'

const local = { passkeys: true, docs_url: 'http://localhost:4000/docs' }
const named = { passkeys: true, docs_url: 'https://ci.example.com/docs' }
const safe = { isSecure: true, hasWebAuthn: true }

test("web A6 passkeys work at the server's address and at its subdomains", () => {
  expect(passkeyBarrier({ origin: 'http://localhost:4000', ...safe }, local)).toBeNull()
  expect(passkeyBarrier({ origin: 'https://ci.example.com', ...safe }, named)).toBeNull()
  expect(passkeyBarrier({ origin: 'https://app.ci.example.com', ...safe }, named)).toBeNull()
})

test('web A6 elsewhere the page explains why they do not work', () => {
  expect(passkeyBarrier({ origin: 'http://127.0.0.1:4000', ...safe }, local)).toEqual({
    kind: 'other-address',
    right: 'http://localhost:4000',
  })
  expect(passkeyBarrier({ origin: 'https://evil-ci.example.com', ...safe }, named)?.kind).toBe('other-address')
  const numbered = { passkeys: false, docs_url: 'http://192.0.2.7:4000/docs' }
  expect(passkeyBarrier({ origin: 'http://192.0.2.7:4000', ...safe, isSecure: false }, numbered)?.kind).toBe('no-name')
  const plain = { passkeys: true, docs_url: 'http://ci.lan:4000/docs' }
  const insecure = { origin: 'http://ci.lan:4000', isSecure: false, hasWebAuthn: false }
  expect(passkeyBarrier(insecure, plain)?.kind).toBe('not-secure')
  const old = { origin: 'https://ci.example.com', isSecure: true, hasWebAuthn: false }
  expect(passkeyBarrier(old, named)?.kind).toBe('browser')
})
