import { type Exit, SandboxError } from './sandbox-driver.ts'

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
