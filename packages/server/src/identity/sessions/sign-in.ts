/** The steps shared by all sign-in methods: limits, the choice of a cookie, and the response. */
import type { components } from '@harmont/contract'
import { type ActingContext, type Actor, actorOf } from '../../platform/audit/record-audit.ts'
import { ApiError, apiError, type Client, type Complete, originCheck } from '../../platform/http/index.ts'
import type { RateLimiter } from '../../platform/rate-limits/limiter.ts'
import type { Settings } from '../../platform/settings/read-settings.ts'
import { getAccount } from '../accounts/store.ts'
import type { SignInServices } from '../services.ts'
import type { StartedSession } from './start-session.ts'

/** A request that ends with a new session. */
export interface SignInRequest {
  readonly actor: Actor
  /** Whether the client requested its session as a cookie. */
  readonly isCookie: boolean
}

export interface SignedIn {
  readonly userId: string
  readonly session: StartedSession
}

interface SignInContext extends ActingContext {
  readonly header: (name: string) => string | null
}

/**
 * Runs the first step of a sign-in within the limits of the client's address, and returns the
 * response.
 */
export async function beginSignIn<Input, Answer>(
  services: SignInServices,
  { client, body }: { readonly client: Client; readonly body: Input },
  step: (services: SignInServices, body: Input) => Promise<Answer>,
) {
  const answer = await limitSignIn(services, 'challenges_address', client.address, () => step(services, body))
  return { status: 200, body: answer } as const
}

/** Finishes a sign-in within the limits of the client's address, and returns the response. */
export async function signIn<Input>(
  services: SignInServices,
  context: SignInContext & { readonly body: Input },
  finish: (services: SignInServices, request: SignInRequest, body: Input) => Promise<SignedIn>,
) {
  const request = signInRequest(services, context)
  const step = () => finish(services, request, context.body)
  return answerSignIn(services, await limitSignIn(services, 'sign_in_address', context.client.address, step))
}

/**
 * Reads the client and the requested kind of session. Must be called before the sign-in consumes
 * anything.
 */
export function signInRequest(services: SignInServices, context: SignInContext): SignInRequest {
  return { actor: actorOf(context), isCookie: asksForCookie(services, context) }
}

/** Responds with the new session and its user. */
export async function answerSignIn(services: SignInServices, { userId, session }: SignedIn) {
  const { token, headers } = signInHeaders(services, session)
  const { id, email, name } = await getAccount(services.pool, userId)
  const user: Complete<components['schemas']['User']> = { uuid: id, email, name }
  return { status: 200, headers, body: { token, user } } as const
}

/**
 * Runs one step of a sign-in within the limits of an address (G35): `challenges_address` for the
 * first step, `sign_in_address` for the last. A refused attempt also counts as a failure. Throws
 * 429.
 */
export async function limitSignIn<T>(
  { limiter }: Pick<SignInServices, 'limiter'>,
  limit: 'sign_in_address' | 'challenges_address',
  address: string,
  step: () => Promise<T>,
): Promise<T> {
  await countAttempt(limiter, limit, address)
  try {
    return await step()
  } catch (error) {
    if (error instanceof ApiError && error.status === 400) await countFailure(limiter, address)
    throw error
  }
}

/** Counts one step of a sign-in of an address. Throws 429. */
export async function countAttempt(
  limiter: RateLimiter,
  limit: 'sign_in_address' | 'challenges_address',
  address: string,
): Promise<void> {
  await limiter.check('sign_in_failures_address', address)
  await limiter.take(limit, address)
}

/** Counts a refused sign-in of an address. */
export async function countFailure(limiter: RateLimiter, address: string): Promise<void> {
  await limiter.note('sign_in_failures_address', address)
}

/**
 * Returns whether a sign-in requests its session as a cookie (`http.md` 3.2). Throws 403
 * `csrf_failed` for such a request from a page of another site: any page can make a browser send
 * it, which would sign in its user as somebody else.
 */
export function asksForCookie(
  { settings }: { readonly settings: Pick<Settings, 'publicUrl' | 'corsOrigins'> },
  { header }: Pick<SignInContext, 'header'>,
): boolean {
  if (header('x-harmont-session')?.toLowerCase() !== 'cookie') return false
  const origin = header('origin')
  if (origin !== null && originCheck(settings.publicUrl, settings.corsOrigins)(origin)) return true
  throw apiError(
    'csrf_failed',
    `A sign-in with a cookie needs the \`Origin\` of this server's own pages or one of HARMONT_CORS_ORIGINS; got ${origin === null ? 'none' : 'another one'}.`,
  )
}

/** Returns the token of a new session; for a cookie session, an empty token and the cookies. */
export function signInHeaders(
  { sessionCookies }: Pick<SignInServices, 'sessionCookies'>,
  session: StartedSession,
): { readonly token: string; readonly headers: Readonly<Record<string, string[]>> } {
  if (!session.isCookie) return { token: session.token, headers: {} }
  return { token: '', headers: { 'set-cookie': sessionCookies.set(session) } }
}
