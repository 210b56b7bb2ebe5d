import type { paths } from '@harmont/contract'
import createClient, { type Middleware } from 'openapi-fetch'
import { isBrowser } from '../browser/is-browser.ts'
import { takePageAnswer } from './page-answers.ts'
import { ApiProblem, describeProblem, noAnswer, unreadable } from './problem.ts'

/** Reads time out after this delay. Changes have no limit. */
const readMs = 30_000

/**
 * Reads the cookie for each request, because a sign-in in any tab changes it. Reads send no custom
 * header.
 */
const withCsrf: Middleware = {
  onRequest({ request }) {
    if (request.method !== 'GET') request.headers.set('x-csrf-token', csrfToken(document.cookie))
    return request
  },
  onError({ error }) {
    return isAbort(error) ? undefined : noAnswer(error)
  },
}

/** Calls every operation of the contract. Only `queries.ts` files use it, by way of `answer`. */
export const client = createClient<paths>({ baseUrl: isBrowser ? location.origin : '', fetch: ask })
client.use(withCsrf)

async function ask(request: Request): Promise<Response> {
  const answer = takePageAnswer(request)
  if (answer !== undefined) return answer
  if (request.method !== 'GET') return fetch(request)
  return fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(readMs)]) })
}

interface Outcome<Data> {
  readonly data?: Data
  readonly error?: unknown
  readonly response: Response
}

let onUnauthorized: () => void = () => undefined

/** Calls `listener` when a request had no session, except `GET /session`. */
export function whenUnauthorized(listener: () => void): void {
  onUnauthorized = listener
}

/**
 * Returns the data of a response. Throws `ApiProblem` on a failure; rethrows an abort unchanged.
 */
export async function answer<Data>(asked: Promise<Outcome<Data>>): Promise<Data> {
  const outcome = await asked.catch((cause: unknown) => {
    throw isAbort(cause) || cause instanceof ApiProblem ? cause : unreadable(cause)
  })
  const { data, error, response } = outcome
  if (response.ok) {
    if (response.status !== 204 && (typeof data !== 'object' || data === null)) throw unreadable(data)
    return data as Data
  }
  const problem = describeProblem(response.status, response.headers, error)
  if (problem.code !== 'unauthorized') throw new ApiProblem(problem)
  if (!response.url.endsWith('/api/v0/session')) onUnauthorized()
  // The server's own message is written for programs.
  throw new ApiProblem({ ...problem, message: 'Your session has ended. Sign in again.' })
}

function isAbort(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === 'AbortError'
}

/** Returns the token that changes must send (`http.md` 3.2); empty when nobody is signed in. */
function csrfToken(cookies: string): string {
  const found = cookies.split('; ').find((cookie) => cookie.startsWith('harmont_csrf='))
  return found === undefined ? '' : decodeURIComponent(found.slice('harmont_csrf='.length))
}
