/** A program of this machine failed. The message is ours; what the program said is the cause, for an operator's log and for whoever looks into it. */
export class ToolFailed extends Error {
  override readonly name = 'ToolFailed'
  /** Raw, and at times somebody else's words. */
  readonly said: string

  constructor(message: string, said: string) {
    super(message, { cause: new Error(said) })
    this.said = said
  }
}

/** Returns why something failed, without what a program of this machine said of it. */
export function plainReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // An error of execFile has the command and its stderr in its message.
  if ('cmd' in error && typeof error.cmd === 'string') return `${error.cmd.split(' ')[0]} failed`
  return error.message
}
