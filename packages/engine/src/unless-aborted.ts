/**
 * Returns the result of a promise. Throws the signal's reason without waiting when the signal
 * aborts. A promise that rejects after that is never an unhandled rejection, which would end the
 * process.
 */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(signal.reason)
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()
  return Promise.race([aborted, promise]).finally(() => signal.removeEventListener('abort', onAbort))
}
