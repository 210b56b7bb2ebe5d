import { type Logger, pino } from 'pino'

/** Creates the server's log: JSON lines on standard output. */
export function createLog(level: string): Logger {
  const output = pino.destination(1)
  // A closed terminal accepts no more lines. The failed write must not end the process during its
  // shutdown.
  output.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EIO') Object.assign(output, { write: () => true, flushSync: () => {} })
  })
  return pino({ level, serializers: { err: plainError } }, output)
}

/**
 * Returns the fields of an error that are logged. Drivers attach connections, settings and
 * statements to their errors.
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
