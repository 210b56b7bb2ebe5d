import { apiError } from '../../platform/http/index.ts'
import type { GithubApp } from './app.ts'

/** The GitHub App. Throws 503 `github_not_configured`. */
export function requireApp({ githubApp }: { readonly githubApp: GithubApp | null }): GithubApp {
  if (githubApp !== null) return githubApp
  throw githubNotConfigured('HARMONT_GITHUB_APP_ID and HARMONT_GITHUB_PRIVATE_KEY')
}

/** The 503 of a server whose operator has not set these. */
export function githubNotConfigured(settings: string): Error {
  return apiError('github_not_configured', `This server has no GitHub App. Its operator sets one up with ${settings}.`)
}

/** The 503 of a GitHub that did not answer. */
export function githubFailed(cause: Error): Error {
  return apiError('github_sync_failed', `GitHub is unavailable; try again later. ${cause.message}`, {
    cause,
  })
}
