/**
 * A program of this machine failed. The message is ours; the cause has the program's output, for
 * the operator's log and for callers that parse it.
 */
export class ToolFailed extends Error {
  override readonly name = 'ToolFailed'
  /** Unedited output, perhaps with text from third parties. */
  readonly said: string

  constructor(message: string, said: string) {
    super(message, { cause: new Error(said) })
    this.said = said
  }
}

/** Returns why something failed, without output of programs. */
export function plainReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // An error of execFile has the command and its stderr in its message.
  if ('cmd' in error && typeof error.cmd === 'string') return `${error.cmd.split(' ')[0]} failed`
  return error.message
}
