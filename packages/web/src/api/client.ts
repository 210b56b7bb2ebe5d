import type { paths } from '@harmont/contract'
import createClient, { type Middleware } from 'openapi-fetch'
import { ApiProblem, describeProblem, noAnswer, unreadable } from './problem.ts'

/** A read that takes longer than this gets no answer any more; changes may take their time. */
const readMs = 30_000

/** The header is read anew each time: signing in, also in another tab, changes the cookie. Reads carry no header of ours, so that the page's preloads match them. */
const withCsrf: Middleware = {
  onRequest({ request }) {
    if (request.method !== 'GET') request.headers.set('x-csrf-token', csrfToken(document.cookie))
    return request
  },
  onError({ error }) {
    return isAbort(error) ? undefined : noAnswer(error)
  },
}

/** Every operation of the contract, by path. Only `queries.ts` files call it, and always through `answer`. */
export const client = createClient<paths>({ baseUrl: location.origin, fetch: ask })
client.use(withCsrf)

function ask(request: Request): Promise<Response> {
  if (request.method !== 'GET') return fetch(request)
  return fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(readMs)]) })
}

interface Outcome<Data> {
  readonly data?: Data
  readonly error?: unknown
  readonly response: Response
}

let onUnauthorized: () => void = () => undefined

/** Has it called whenever the server says that a request had no session, but for `GET /session`, whose answer that is. */
export function whenUnauthorized(listener: () => void): void {
  onUnauthorized = listener
}

/** What the server answered; throws `ApiProblem` for everything that is not a success. An abort stays the abort that it is. */
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
  // The server's words are for programs.
  throw new ApiProblem({ ...problem, message: 'Your session has ended. Sign in again.' })
}

function isAbort(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === 'AbortError'
}

/** The value that changes must carry (`http.md` 3.2), from `document.cookie`; empty when nobody is signed in. */
function csrfToken(cookies: string): string {
  const found = cookies.split('; ').find((cookie) => cookie.startsWith('harmont_csrf='))
  return found === undefined ? '' : decodeURIComponent(found.slice('harmont_csrf='.length))
}
