/** The exit codes; they have the same meaning for every command (docs/hm-run.md has the table). */
export const exits = {
  ok: 0,
  buildFailed: 1,
  usage: 2,
  signedOut: 3,
  unavailable: 4,
  notFound: 5,
  render: 6,
  refused: 7,
  source: 8,
  doctor: 9,
  defect: 10,
  timeout: 124,
  canceled: 130,
  terminated: 143,
} as const

export type ExitCode = (typeof exits)[keyof typeof exits]

interface HmErrorOptions {
  /** The fix, as an instruction or a command. */
  readonly fix?: string
  readonly requestId?: string
  readonly cause?: unknown
}

/**
 * A failure that the user can act on. Any other error is a defect of `hm`: exit 10 and a report
 * file.
 */
export class HmError extends Error {
  readonly exit: ExitCode
  /** The code for programs, in snake_case; the server's own code for its errors. */
  readonly code: string
  readonly fix: string | undefined
  readonly requestId: string | undefined

  constructor(exit: ExitCode, code: string, message: string, options: HmErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.name = 'HmError'
    this.exit = exit
    this.code = code
    this.fix = options.fix
    this.requestId = options.requestId
  }
}

/** Returns the error for a mistake on the command line or in the configuration: exit 2. */
export function usageError(message: string, fix?: string): HmError {
  return new HmError(exits.usage, 'usage', message, fix === undefined ? {} : { fix })
}
