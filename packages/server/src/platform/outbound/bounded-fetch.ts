/**
 * Returns a `fetch` for services that the operator configured. Each call ends after `seconds`,
 * including the body of the response. There are no retries, because the queue retries tasks.
 */
export function boundedFetch(seconds: number): typeof fetch {
  return (input, init) => {
    const timeout = AbortSignal.timeout(seconds * 1000)
    const given = init?.signal
    return fetch(input, { ...init, signal: given ? AbortSignal.any([given, timeout]) : timeout })
  }
}
