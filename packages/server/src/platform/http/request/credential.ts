import type { IncomingHttpHeaders } from 'node:http'
import { parseCookie } from 'cookie'

/** The unverified credential of a request. */
export interface Credential {
  readonly token: string
  /** Whether it came as a cookie, in which case only a session created for a cookie is accepted. */
  readonly isCookie: boolean
}

/**
 * Returns the token of an `Authorization` header; null without one. The scheme is case-insensitive.
 */
export function bearerOf(authorization: string | undefined): string | null {
  return /^bearer +([\x21-\x7e]+)$/i.exec(authorization?.trim() ?? '')?.[1] ?? null
}

/**
 * Returns the credential of a request; null without one. A bearer header, even a malformed one,
 * takes precedence over the cookie.
 */
export function credentialOf(
  { authorization, cookie }: Pick<IncomingHttpHeaders, 'authorization' | 'cookie'>,
  cookieName: string,
): Credential | null {
  if (/^\s*bearer\b/i.test(authorization ?? '')) {
    const token = bearerOf(authorization)
    return token === null ? null : { token, isCookie: false }
  }
  const token = cookieOf(cookie, cookieName)
  return token === null ? null : { token, isCookie: true }
}

/** Returns a cookie of a `Cookie` header; null if it is absent or empty. */
export function cookieOf(header: string | undefined, name: string): string | null {
  return (header === undefined ? undefined : parseCookie(header)[name]) || null
}
