import { type Exit, SandboxError } from './sandbox-driver.ts'

/** Returns a service's end as part of a sentence: `exit 1`, `SIGKILL at its limit of memory`. */
export function endInWords({ code, signal, limit }: Exit): string {
  const how = signal ?? (code === null ? 'an unknown exit code' : `exit ${code}`)
  return limit === null ? how : `${how} at its limit of ${limit}`
}

/**
 * Thrown if a service did not become ready: it could not start, ended too early, or took too long.
 */
export class ServiceError extends SandboxError {
  readonly service: string
  /** The service's end, if it ended. */
  readonly exit: Exit | undefined
  constructor(
    code: 'service_failed' | 'service_timeout',
    service: string,
    message: string,
    { exit, cause }: { readonly exit?: Exit; readonly cause?: unknown } = {},
  ) {
    super(code, message, { cause })
    this.service = service
    this.exit = exit
  }
}
