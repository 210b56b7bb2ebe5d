/**
 * A `fetch` to services that the operator named. Each call ends after so many seconds, the answer's body included, however it drips, and is never tried again:
 * that is for the queue to do.
 */
export function boundedFetch(seconds: number): typeof fetch {
  return (input, init) => {
    const timeout = AbortSignal.timeout(seconds * 1000)
    const given = init?.signal
    return fetch(input, { ...init, signal: given ? AbortSignal.any([given, timeout]) : timeout })
  }
}
