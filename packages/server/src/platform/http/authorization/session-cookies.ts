import { createHmac, timingSafeEqual } from 'node:crypto'
import { type SetCookie, stringifySetCookie } from 'cookie'

const lifeSeconds = 30 * 24 * 3600
const csrfCookie = 'harmont_csrf'

/** The two cookies of a signed-in browser (`http.md` 3.2), for one public URL and cookie key. */
export interface SessionCookies {
  /** The name of the cookie with the session's token, which scripts cannot read. */
  readonly name: string
  /** Returns the `set-cookie` values that sign a browser in. */
  set(session: { readonly id: string; readonly token: string }): string[]
  /** Returns the `set-cookie` values that sign it out. */
  clear(): string[]
  /** Returns whether `sent`, the header X-CSRF-Token, equals the session's CSRF cookie. */
  isCsrfTokenOf(sessionId: string, sent: string | null): boolean
}

export function sessionCookies(publicUrl: string, key: string): SessionCookies {
  const secure = publicUrl.startsWith('https:')
  // A browser accepts a `__Host-` cookie from this host only, so no sibling of the domain can plant
  // one.
  const name = secure ? '__Host-harmont_session' : 'harmont_session'
  const common = { path: '/', sameSite: 'lax', secure } as const
  const csrfOf = (sessionId: string) => createHmac('sha256', key).update(`csrf ${sessionId}`).digest('base64url')
  const cookies = (token: string, csrf: string, maxAge: number): string[] => {
    const both: SetCookie[] = [
      { ...common, name, value: token, httpOnly: true, maxAge },
      { ...common, name: csrfCookie, value: csrf, maxAge },
    ]
    return both.map((cookie) => stringifySetCookie(cookie))
  }
  return {
    name,
    set: ({ id, token }) => cookies(token, csrfOf(id), lifeSeconds),
    clear: () => cookies('', '', 0),
    isCsrfTokenOf: (sessionId, sent) => sent !== null && isSame(sent, csrfOf(sessionId)),
  }
}

function isSame(sent: string, right: string): boolean {
  const bytes = Buffer.from(sent)
  return bytes.length === right.length && timingSafeEqual(bytes, Buffer.from(right))
}
