import { parseSetCookie } from 'cookie'
import { expect, test } from 'vitest'
import { sessionCookies } from './session-cookies.ts'

const session = { id: '00000000-0000-4000-8000-000000000001', token: 't'.repeat(43) }
const key = 'a-key-of-some-length'

test('over https the session cookie is bound to the host, hidden from scripts and plain http, and lasts 30 days', () => {
  const cookies = sessionCookies('https://ci.example.com', key)
  const [kept, readable] = cookies.set(session).map((text) => parseSetCookie(text))
  const common = { path: '/', sameSite: 'lax', secure: true, maxAge: 2_592_000 }
  expect(kept).toEqual({ ...common, name: '__Host-harmont_session', value: session.token, httpOnly: true })
  expect(readable).toEqual({ ...common, name: 'harmont_csrf', value: expect.stringMatching(/^[\w-]{43}$/) })
  expect(cookies.clear().map((text) => parseSetCookie(text))).toEqual([
    { ...common, name: '__Host-harmont_session', value: '', httpOnly: true, maxAge: 0 },
    { ...common, name: 'harmont_csrf', value: '', maxAge: 0 },
  ])
})

test('over http the session cookie has neither the prefix nor Secure, which browsers would refuse', () => {
  const [kept] = sessionCookies('http://localhost:4000', key).set(session)
  expect(kept).toMatch(/^harmont_session=t{43}; /)
  expect(kept).not.toContain('Secure')
})

test('a CSRF token is valid only for its session and key', () => {
  const cookies = sessionCookies('https://ci.example.com', key)
  const csrf = parseSetCookie(cookies.set(session)[1] ?? '').value ?? ''
  expect(cookies.isCsrfTokenOf(session.id, csrf)).toBe(true)
  expect(cookies.isCsrfTokenOf('00000000-0000-4000-8000-000000000002', csrf)).toBe(false)
  expect(sessionCookies('https://ci.example.com', 'another key').isCsrfTokenOf(session.id, csrf)).toBe(false)
  for (const wrong of [null, '', `${csrf}x`, csrf.slice(1), 'é'.repeat(43)])
    expect(cookies.isCsrfTokenOf(session.id, wrong)).toBe(false)
})
