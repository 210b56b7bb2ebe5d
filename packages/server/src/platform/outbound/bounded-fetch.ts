/**
 * Returns a `fetch` for services that the operator configured. Each call ends after `seconds`,
 * including the body of the answer. It never retries: the queue does that.
 */
export function boundedFetch(seconds: number): typeof fetch {
  return (input, init) => {
    const timeout = AbortSignal.timeout(seconds * 1000)
    const given = init?.signal
    return fetch(input, { ...init, signal: given ? AbortSignal.any([given, timeout]) : timeout })
  }
}
