import type { CloudError } from '@harmont/cloud'
import { type ExitCode, exits, HmError } from '../errors.ts'

/** Returns the error of `hm` for a failed call (cli.md 1). `apiUrl` is the called server. */
export function cloudFailure(error: CloudError, apiUrl: string): HmError {
  const { code, requestId, fields } = error
  if (error.isUnknownOperation)
    return new HmError(exits.refused, 'operation_missing', `the server at ${apiUrl} is too old for this command`, {
      ...(requestId === undefined ? {} : { requestId }),
      cause: error,
    })
  const told = fields.filter(({ message }) => message !== '' && !error.message.includes(message))
  const details = told.map(({ field, message }) => (field === '' ? message : `${field} ${message}`))
  const fix = fixOf(error, apiUrl)
  return new HmError(exitOf(error), code, [error.message, ...details].join(' '), {
    ...(fix === undefined ? {} : { fix }),
    ...(requestId === undefined ? {} : { requestId }),
    cause: error,
  })
}

function exitOf({ status }: CloudError): ExitCode {
  if (status === 401) return exits.signedOut
  if (status === 404) return exits.notFound
  if (status === 0 || status === 429 || status === 408 || status >= 500 || status < 400) return exits.unavailable
  return exits.refused
}

function fixOf({ status, code }: CloudError, apiUrl: string): string | undefined {
  if (status === 401) return `hm login --api-url ${apiUrl}`
  if (code === 'unreachable' || code === 'no_answer') return 'check the address with hm config list, or pass --api-url'
  if (code === 'redirected' || code === 'unexpected_answer')
    return 'set the address of a Harmont server with --api-url or HM_API_URL'
  const fixes: Readonly<Record<string, string>> = {
    organization_not_found: 'hm org list',
    pipeline_not_found: 'hm pipeline list',
    build_not_found: 'hm build list',
    job_not_found: 'hm job list',
    secret_not_found: 'hm secret list',
    registry_not_found: 'hm registry list',
    api_token_not_found: 'hm token list',
    billing_insufficient_balance: 'hm billing topup',
  }
  return fixes[code]
}
