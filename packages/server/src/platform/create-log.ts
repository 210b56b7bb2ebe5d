import { type Logger, pino } from 'pino'

/** Creates the server's log: JSON lines on standard output. */
export function createLog(level: string): Logger {
  const output = pino.destination(1)
  // A closed terminal accepts no more lines. That must not end the process in the middle of its
  // stop.
  output.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EIO') Object.assign(output, { write: () => true, flushSync: () => {} })
  })
  return pino({ level, serializers: { err: plainError } }, output)
}

/**
 * The fields of an error that are logged. Drivers attach connections, settings and statements to
 * theirs.
 */
export function plainError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { name, message, stack, cause } = error
  return {
    type: name,
    message,
    ...('code' in error ? { code: error.code } : {}),
    stack,
    ...(cause === undefined ? {} : { cause: plainError(cause) }),
  }
}
