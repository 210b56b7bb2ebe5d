import { type Logger, pino } from 'pino'

/** The server's log: JSON lines on standard output. */
export function createLog(level: string): Logger {
  const output = pino.destination(1)
  // A terminal that has closed takes no more lines, and nobody is left to read them: they must not end the process in the middle of its stop.
  // At its exit the destination would try to write them for ever: it gives up for a broken pipe alone.
  output.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EIO') Object.assign(output, { write: () => true, flushSync: () => {} })
  })
  return pino({ level, serializers: { err: plainError } }, output)
}

/** What of an error is worth a line. Drivers hang connections, settings and statements onto theirs. */
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
