import { RequestError } from '@octokit/request-error'
import { ForgeRefused, ForgeUnavailable } from './forge-errors.ts'

/** Says of a failed call whether later may help. The message names the call and GitHub's own words; never a header, where tokens are. */
export function translateFailure(error: unknown): unknown {
  if (!(error instanceof RequestError)) return error
  const { status, response } = error
  const where = `${error.request.method} ${URL.parse(error.request.url)?.pathname ?? ''}`
  // Octokit wraps what the network gave in a 500 without a response.
  if (response === undefined) return new ForgeUnavailable(`GitHub did not answer ${where}: ${error.message}`, null)
  const what = `GitHub answered ${status} to ${where}: ${error.message}`
  const { headers } = response
  if (status >= 500) return new ForgeUnavailable(what, seconds(headers['retry-after']))
  if (status === 429 || isRateLimit(status, headers)) return new ForgeUnavailable(what, patience(headers))
  return new ForgeRefused(what, status)
}

type ResponseHeaders = Readonly<Record<string, string | number | undefined>>

/** GitHub's two limits also answer 403: the hourly one says that nothing remains, the secondary one how long to wait. */
function isRateLimit(status: number, headers: ResponseHeaders): boolean {
  return status === 403 && (headers['retry-after'] !== undefined || String(headers['x-ratelimit-remaining']) === '0')
}

/** Seconds to wait after a rate limit; a minute when GitHub does not say, as its documentation asks. */
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
