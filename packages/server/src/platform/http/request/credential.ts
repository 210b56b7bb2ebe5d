import type { IncomingHttpHeaders } from 'node:http'
import { parseCookie } from 'cookie'

/** What a request shows of who sent it, unchecked. */
export interface Credential {
  readonly token: string
  /** It came as a cookie: only a session that was started for one counts. */
  readonly isCookie: boolean
}

/** Gives the token of an `Authorization` header; null without one. The scheme counts in any case. */
export function bearerOf(authorization: string | undefined): string | null {
  return /^bearer +([\x21-\x7e]+)$/i.exec(authorization?.trim() ?? '')?.[1] ?? null
}

/** Gives the credential of a request; null without one. With a bearer header only that counts, also a malformed one. */
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

/** A cookie of a `Cookie` header; null when it is absent or empty. */
export function cookieOf(header: string | undefined, name: string): string | null {
  return (header === undefined ? undefined : parseCookie(header)[name]) || null
}
