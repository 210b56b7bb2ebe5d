/**
 * An error as plain data. A message between threads keeps an error's text, but not the fields of
 * system errors, by which a shortage of descriptors or of disk space is recognised.
 */
export interface ThreadError {
  readonly message: string
  readonly stack: string | undefined
  /** `code`, `errno`, `syscall` and `path` of a system error. */
  readonly fields: Readonly<Record<string, string | number>>
  readonly cause: ThreadError | undefined
}

/** Converts whatever a thread threw. */
export function toThreadError(thrown: unknown): ThreadError {
  if (!(thrown instanceof Error)) return { message: String(thrown), stack: undefined, fields: {}, cause: undefined }
  const { message, stack, cause } = thrown
  const isPlain = ([, value]: [string, unknown]) => typeof value === 'string' || typeof value === 'number'
  const fields = Object.fromEntries(Object.entries(thrown).filter(isPlain)) as ThreadError['fields']
  return { message, stack, fields, cause: cause === undefined ? undefined : toThreadError(cause) }
}

/** Returns the error of another thread. Its class is lost. */
export function fromThreadError({ message, stack, fields, cause }: ThreadError): Error {
  const error = new Error(message, cause && { cause: fromThreadError(cause) })
  if (stack !== undefined) error.stack = stack
  return Object.assign(error, fields)
}
