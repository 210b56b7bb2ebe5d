import { type Logger, pino } from 'pino'

/** The server's log: JSON lines on standard output. */
export function createLog(level: string): Logger {
  return pino({ level, serializers: { err: plainError } })
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
