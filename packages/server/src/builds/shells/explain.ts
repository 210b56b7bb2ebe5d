import { ShellUnavailable } from '@harmont/engine'
import { SandboxError } from '@harmont/sandbox'
import { ApiError, apiError } from '../../platform/http/index.ts'

/**
 * Returns the reason, for the person, why a shell did not start or has ended. Reports unexpected
 * errors to `tell`.
 */
export function explainShell(thrown: unknown, tell: (error: unknown) => void): ApiError {
  if (thrown instanceof ApiError) return thrown
  if (thrown instanceof ShellUnavailable)
    return apiError(thrown.code === 'no_runner' ? 'service_unavailable' : thrown.code, thrown.message)
  tell(thrown)
  if (thrown instanceof SandboxError)
    return apiError('service_unavailable', `Could not create the sandbox: ${thrown.message}`)
  return apiError('internal_error', 'Internal server error; try again.')
}
