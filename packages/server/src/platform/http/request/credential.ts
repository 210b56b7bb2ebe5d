import type { IncomingHttpHeaders } from 'node:http'
import { parseCookie } from 'cookie'

/** The credential of a request, unchecked. */
export interface Credential {
  readonly token: string
  /** Came as a cookie: only a session that was created for a cookie is accepted. */
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

/** Returns a cookie of a `Cookie` header; null when it is absent or empty. */
export function cookieOf(header: string | undefined, name: string): string | null {
  return (header === undefined ? undefined : parseCookie(header)[name]) || null
}
