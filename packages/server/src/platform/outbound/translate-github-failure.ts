import { RequestError } from '@octokit/request-error'
import { ForgeRefused, ForgeUnavailable } from './forge-errors.ts'

/**
 * Classifies a failed call. The message names the call and quotes GitHub, but no headers, which
 * could contain a token.
 */
export function translateFailure(error: unknown): unknown {
  if (!(error instanceof RequestError)) return error
  const { status, response } = error
  const where = `${error.request.method} ${URL.parse(error.request.url)?.pathname ?? ''}`
  // Octokit wraps network errors in a 500 without a response.
  if (response === undefined) return new ForgeUnavailable(`GitHub did not answer ${where}: ${error.message}`, null)
  const what = `GitHub answered ${status} to ${where}: ${error.message}`
  const { headers } = response
  if (status >= 500) return new ForgeUnavailable(what, seconds(headers['retry-after']))
  if (status === 429 || isRateLimit(status, headers)) return new ForgeUnavailable(what, patience(headers))
  return new ForgeRefused(what, status)
}

type ResponseHeaders = Readonly<Record<string, string | number | undefined>>

/**
 * Returns whether a 403 is a rate limit. The hourly limit reports that no requests remain, the
 * secondary limit the time to wait.
 */
function isRateLimit(status: number, headers: ResponseHeaders): boolean {
  return status === 403 && (headers['retry-after'] !== undefined || String(headers['x-ratelimit-remaining']) === '0')
}

/**
 * Returns the seconds to wait after a rate limit. The default is a minute, as GitHub's
 * documentation requires.
 */
function patience(headers: ResponseHeaders): number {
  const told = seconds(headers['retry-after'])
  if (told !== null) return told
  const reset = seconds(headers['x-ratelimit-reset'])
  return reset === null ? 60 : Math.max(1, reset - Math.floor(Date.now() / 1000))
}

function seconds(value: string | number | undefined): number | null {
  const number = Number(value)
  return value === undefined || value === '' || !Number.isSafeInteger(number) || number < 0 ? null : number
}
