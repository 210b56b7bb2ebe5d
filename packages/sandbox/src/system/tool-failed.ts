/**
 * Thrown if a program of this machine failed. The message contains only our own words; the cause
 * contains the program's output, for the operator's log and for callers that parse it.
 */
export class ToolFailed extends Error {
  override readonly name = 'ToolFailed'
  /** Unedited output, which may contain text from third parties. */
  readonly said: string

  constructor(message: string, said: string) {
    super(message, { cause: new Error(said) })
    this.said = said
  }
}

/** Returns the reason for a failure, without output of programs. */
export function plainReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // The message of an execFile error contains the command and its stderr.
  if ('cmd' in error && typeof error.cmd === 'string') return `${error.cmd.split(' ')[0]} failed`
  return error.message
}
