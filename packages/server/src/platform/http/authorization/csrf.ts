import type { IncomingMessage } from 'node:http'
import type { Operation } from '@harmont/contract'
import { apiError } from '../api-error.ts'
import type { Caller } from '../request/caller.ts'

/** The services of the CSRF check. */
export interface CsrfCheck {
  /** Returns whether `sent` equals the session's CSRF cookie. */
  readonly isCsrfTokenOf: (sessionId: string, sent: string | null) => boolean
  readonly isAllowedOrigin: (origin: string) => boolean
}

/**
 * Refuses a change that is authenticated by a cookie unless it carries the CSRF token and comes
 * from an allowed origin (`http.md` 3.2). A browser sends the cookie with requests of any page.
 * Throws 403.
 */
export function requireOwnPage(
  { isCsrfTokenOf, isAllowedOrigin }: CsrfCheck,
  { method }: Pick<Operation, 'method'>,
  { isCookie, credentialId }: Caller,
  { headers }: Pick<IncomingMessage, 'headers'>,
): void {
  if (!isCookie || method === 'GET') return
  const sent = headers['x-csrf-token']
  if (!isCsrfTokenOf(credentialId, typeof sent === 'string' ? sent : null))
    throw apiError(
      'csrf_failed',
      'A change made with the session cookie needs the value of the cookie `harmont_csrf` in `X-CSRF-Token`.',
    )
  if (headers.origin !== undefined && !isAllowedOrigin(headers.origin))
    throw apiError(
      'csrf_failed',
      'A change made with the session cookie must come from a page of this server or an origin in HARMONT_CORS_ORIGINS.',
    )
}
