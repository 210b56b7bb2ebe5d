import { type ExitCode, exits, HmError } from '../errors.ts'

const exitsByCode: Readonly<Record<string, ExitCode>> = {
  job_not_found: exits.notFound,
  unauthorized: exits.signedOut,
  draining: exits.unavailable,
  internal_error: exits.unavailable,
  rate_limited: exits.unavailable,
  request_timeout: exits.unavailable,
  service_unavailable: exits.unavailable,
}

/** The error of `hm` for why there is no shell on a server, or none any more. */
export function shellProblem({ code, message }: { readonly code: string; readonly message: string }): HmError {
  return new HmError(exitsByCode[code] ?? exits.refused, code, message)
}
