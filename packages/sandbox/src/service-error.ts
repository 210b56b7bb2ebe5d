import { type Exit, SandboxError } from './sandbox-driver.ts'

/** Returns the end of a service as part of a sentence: `exit 1`, `SIGKILL at its limit of memory`. */
export function endInWords({ code, signal, limit }: Exit): string {
  const how = signal ?? (code === null ? 'an unknown exit code' : `exit ${code}`)
  return limit === null ? how : `${how} at its limit of ${limit}`
}

/** A service did not get ready: it could not start, ended before, or took too long. */
export class ServiceError extends SandboxError {
  readonly service: string
  /** How it ended, if it did. */
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
