/** Calls Bitbucket's API. */
import { ForgeRefused, ForgeUnavailable } from '../../platform/outbound/forge-errors.ts'
import { Payload } from '../forge/payload.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/**
 * Calls Bitbucket's API 2.0 with one token. Each call may fail with `ForgeUnavailable` or
 * `ForgeRefused`; none is retried.
 */
export class BitbucketApi {
  readonly #base: string
  readonly #fetch: typeof fetch
  readonly #token: string

  constructor(api: { readonly apiUrl: string; readonly fetch: typeof fetch }, token: string) {
    this.#base = `${api.apiUrl}/2.0`
    this.#fetch = api.fetch
    this.#token = token
  }

  async get(path: string): Promise<Payload> {
    return new Payload(await this.#ask('GET', `${this.#base}${path}`))
  }

  async send(method: 'POST' | 'PUT', path: string, body: unknown): Promise<Payload> {
    return new Payload(await this.#ask(method, `${this.#base}${path}`, body))
  }

  async remove(path: string): Promise<void> {
    await this.#ask('DELETE', `${this.#base}${path}`)
  }

  /** Reads all pages of a list; null if it has more than `most` entries. */
  async list(path: string, most: number): Promise<readonly Payload[] | null> {
    const found: Payload[] = []
    for (let url: string | null = `${this.#base}${path}`; url !== null; ) {
      const page: Payload = new Payload(await this.#ask('GET', url))
      found.push(...page.list('values'))
      if (found.length > most) return null
      url = page.maybeText('next')
      // Only Bitbucket may receive the token.
      if (url !== null && !url.startsWith(`${this.#base}/`))
        throw new ForgeUnavailable('Bitbucket returned a next page on another host.', null)
    }
    return found
  }

  #ask(method: Method, url: string, body?: unknown): Promise<unknown> {
    return readAnswer(`${method} ${new URL(url).pathname}`, () =>
      this.#fetch(url, {
        method,
        headers: {
          authorization: `Bearer ${this.#token}`,
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    )
  }
}

/** Joins the parts of an API path, percent-encoded. */
export function apiPath(parts: readonly string[]): string {
  return parts.map((part) => `/${encodeURIComponent(part)}`).join('')
}

/** Returns the API path of a repository or of a resource in it. */
export function repositoryPath(fullName: string, ...of: readonly string[]): string {
  return apiPath(['repositories', ...fullName.split('/'), ...of])
}

const usualRetrySeconds = 60

/**
 * Reads the JSON of an answer; null if it is empty. Fails with `ForgeUnavailable` if a retry may
 * help, or else with `ForgeRefused`. Errors contain `what`, the name of the call, and never a
 * token.
 */
export async function readAnswer(what: string, ask: () => Promise<Response>): Promise<unknown> {
  let response: Response
  let text: string
  try {
    response = await ask()
    text = await response.text()
  } catch (cause) {
    throw new ForgeUnavailable(`Bitbucket did not answer ${what}.`, null, { cause })
  }
  const { status } = response
  if (status === 429) throw new ForgeUnavailable(`Bitbucket answered 429 to ${what}.`, retrySeconds(response.headers))
  if (status >= 500) throw new ForgeUnavailable(`Bitbucket answered ${status} to ${what}.`, null)
  if (status >= 400) throw new ForgeRefused(`Bitbucket answered ${status} to ${what}${messageOf(text)}.`, status)
  if (text === '') return null
  const value = parse(text)
  // The answer is the page of a proxy: the call may have succeeded or not.
  if (value === undefined) throw new ForgeUnavailable(`Bitbucket did not answer ${what} with JSON.`, null)
  return value
}

/** Bitbucket limits by the hour and rarely says how long to wait; its own clients wait a minute. */
function retrySeconds(headers: Headers): number {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  return Number.isSafeInteger(seconds) && seconds >= 0 ? seconds : usualRetrySeconds
}

/** Returns Bitbucket's own error message, if there is one. */
function messageOf(text: string): string {
  const value = parse(text)
  const error = memberOf(value, 'error')
  const message = memberOf(error, 'message') ?? memberOf(value, 'error_description')
  return typeof message === 'string' ? `: ${message.slice(0, 300)}` : ''
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // the caller decides what other text means
  }
}
