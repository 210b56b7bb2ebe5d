import { ForgeUnavailable } from '../../platform/outbound/forge-errors.ts'
import { Payload } from '../forge/payload.ts'
import type { BitbucketApp } from './app.ts'
import { readAnswer } from './read-answer.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** Bitbucket's API 2.0 with one token. Every call may fail with `ForgeUnavailable` or `ForgeRefused`, and none is tried again within. */
export class BitbucketApi {
  readonly #base: string
  readonly #fetch: typeof fetch
  readonly #token: string

  constructor(app: Pick<BitbucketApp, 'apiUrl' | 'fetch'>, token: string) {
    this.#base = `${app.apiUrl}/2.0`
    this.#fetch = app.fetch
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

  /** Everything of a list, page by page: at most `most` entries, else null. */
  async list(path: string, most: number): Promise<readonly Payload[] | null> {
    const found: Payload[] = []
    for (let url: string | null = `${this.#base}${path}`; url !== null; ) {
      const page: Payload = new Payload(await this.#ask('GET', url))
      found.push(...page.list('values'))
      if (found.length > most) return null
      url = page.maybeText('next')
      // The token is for Bitbucket alone.
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

/** A path of the API with its parts quoted. */
export function apiPath(parts: readonly string[]): string {
  return parts.map((part) => `/${encodeURIComponent(part)}`).join('')
}

/** Where the API has a repository, or something of it. */
export function repositoryPath(fullName: string, ...of: readonly string[]): string {
  return apiPath(['repositories', ...fullName.split('/'), ...of])
}
