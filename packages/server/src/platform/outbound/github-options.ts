/** How we talk to GitHub's API, whoever we are there. */
import type { Octokit } from '@octokit/core'
import type { Settings } from '../settings/read-settings.ts'
import { boundedFetch } from './bounded-fetch.ts'

type OctokitOptions = NonNullable<ConstructorParameters<typeof Octokit>[0]>

type ApiSettings = Pick<Settings, 'githubApiUrl' | 'outsideTimeoutSeconds'>

/** The options that all our clients share. Nothing is logged by the client: its errors carry what there is to say. */
export function apiOptions({ githubApiUrl, outsideTimeoutSeconds }: ApiSettings): OctokitOptions {
  const silent = () => undefined
  return {
    baseUrl: githubApiUrl,
    userAgent: 'harmont',
    log: { debug: silent, info: silent, warn: silent, error: silent },
    request: { fetch: boundedFetch(outsideTimeoutSeconds) },
  }
}
