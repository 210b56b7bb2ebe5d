import type { SessionCookies } from '../../platform/http/authorization/session-cookies.ts'
import { apiError, originCheck } from '../../platform/http/index.ts'
import type { Settings } from '../../platform/settings/read-settings.ts'
import type { StartedSession } from './start-session.ts'

interface SignInContext {
  readonly header: (name: string) => string | null
}

/**
 * Whether the client of a sign-in wants its session as a cookie (`http.md` 3.2). To be asked first, before anything that works once is used up. Throws 403
 * `csrf_failed` when it does and its page is none of ours: any page can make a browser send the request, and would sign its user in as somebody else.
 */
export function asksForCookie(
  { settings }: { readonly settings: Pick<Settings, 'publicUrl' | 'corsOrigins'> },
  { header }: SignInContext,
): boolean {
  if (header('x-harmont-session')?.toLowerCase() !== 'cookie') return false
  const origin = header('origin')
  if (origin !== null && originCheck(settings.publicUrl, settings.corsOrigins)(origin)) return true
  throw apiError(
    'csrf_failed',
    `A sign-in with a cookie needs the \`Origin\` of this server's own pages or one of HARMONT_CORS_ORIGINS; got ${origin === null ? 'none' : 'another one'}.`,
  )
}

/** What a sign-in answers of its session: the token, or for a cookie session an empty one and the cookies that hold it. */
export function signInHeaders(
  { sessionCookies }: { readonly sessionCookies: SessionCookies },
  session: StartedSession,
): { readonly token: string; readonly headers: Readonly<Record<string, string[]>> } {
  if (!session.isCookie) return { token: session.token, headers: {} }
  return { token: '', headers: { 'set-cookie': sessionCookies.set(session) } }
}
