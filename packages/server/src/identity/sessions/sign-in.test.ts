import { expect, test } from 'vitest'
import { sessionCookies } from '../../platform/http/authorization/session-cookies.ts'
import { ApiError } from '../../platform/http/index.ts'
import { asksForCookie, signInHeaders } from './sign-in.ts'

const settings = { publicUrl: 'https://ci.example.com', corsOrigins: ['https://app.example.com'] }

function ask(headers: Readonly<Record<string, string>>): boolean | string {
  try {
    return asksForCookie({ settings }, { header: (name) => headers[name] ?? null })
  } catch (error) {
    return error instanceof ApiError ? error.code : String(error)
  }
}

test('a client that requests no cookie gets the token, from any origin', () => {
  expect(ask({})).toBe(false)
  expect(ask({ origin: 'https://evil.example' })).toBe(false)
  expect(ask({ 'x-harmont-session': 'bearer' })).toBe(false)
})

test('only pages of the server and of listed origins get a cookie', () => {
  const asking = { 'x-harmont-session': 'Cookie' }
  expect(ask({ ...asking, origin: 'https://ci.example.com' })).toBe(true)
  expect(ask({ ...asking, origin: 'https://app.example.com' })).toBe(true)
  for (const origin of ['https://evil.example', 'http://ci.example.com', 'https://ci.example.com.evil.example', 'null'])
    expect(ask({ ...asking, origin })).toBe('csrf_failed')
  expect(ask(asking)).toBe('csrf_failed')
})

test('either the response or the cookie holds the token', () => {
  const services = { sessionCookies: sessionCookies(settings.publicUrl, 'a-key-of-some-length') }
  const session = { id: '00000000-0000-4000-8000-000000000001', token: 't'.repeat(43), expiresAt: new Date() }
  expect(signInHeaders(services, { ...session, isCookie: false })).toEqual({ token: session.token, headers: {} })
  const answer = signInHeaders(services, { ...session, isCookie: true })
  expect(answer.token).toBe('')
  expect(answer.headers['set-cookie']?.[0]).toContain(session.token)
})
