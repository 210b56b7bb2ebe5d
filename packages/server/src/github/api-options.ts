/** How we talk to GitHub's API, whoever we are there. */
import type { Octokit } from '@octokit/core'

type OctokitOptions = NonNullable<ConstructorParameters<typeof Octokit>[0]>

const timeoutMs = 10_000

/** Calls end after ten seconds, answer's body included, and none is tried again: that is for the queue to do. */
export const boundedFetch: typeof fetch = (input, init) => {
  const timeout = AbortSignal.timeout(timeoutMs)
  const given = init?.signal
  return fetch(input, { ...init, signal: given ? AbortSignal.any([given, timeout]) : timeout })
}

/** The options that all our clients share. Nothing is logged by the client: its errors carry what there is to say. */
export function apiOptions(apiUrl: string): OctokitOptions {
  const silent = () => undefined
  return {
    baseUrl: apiUrl,
    userAgent: 'harmont',
    log: { debug: silent, info: silent, warn: silent, error: silent },
    request: { fetch: boundedFetch },
  }
}
