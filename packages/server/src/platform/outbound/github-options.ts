/** Options of all clients of GitHub's API. */
import type { Octokit } from '@octokit/core'
import type { Settings } from '../settings/read-settings.ts'
import { boundedFetch } from './bounded-fetch.ts'

type OctokitOptions = NonNullable<ConstructorParameters<typeof Octokit>[0]>

type ApiSettings = Pick<Settings, 'githubApiUrl' | 'outsideTimeoutSeconds'>

/**
 * Options shared by all clients. The clients log nothing, because their errors contain all
 * information.
 */
export function apiOptions({ githubApiUrl, outsideTimeoutSeconds }: ApiSettings): OctokitOptions {
  const silent = () => undefined
  return {
    baseUrl: githubApiUrl,
    userAgent: 'harmont',
    log: { debug: silent, info: silent, warn: silent, error: silent },
    request: { fetch: boundedFetch(outsideTimeoutSeconds) },
  }
}
