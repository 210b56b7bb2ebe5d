import { QueryClient } from '@tanstack/react-query'
import { ApiProblem } from './problem.ts'

/** A query whose server requests a longer delay fails instead of waiting silently. */
const patienceMs = 5000

/** Retries only temporary failures, and no sooner than the server asks (web D3). */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // `navigator.onLine` is unreliable: the server may be on this machine or in a closed
        // network.
        networkMode: 'always',
        staleTime: 15_000,
        gcTime: 10 * 60_000,
        retry: (count, error) => count < 2 && isPassing(error) && (retryAfterMs(error) ?? 0) <= patienceMs,
        retryDelay: (count, error) => retryAfterMs(error) ?? Math.min(1000 * 2 ** count, 30_000),
        // Each pane shows its own failure, and old data stays.
        throwOnError: false,
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  })
}

/** The query client of this page. */
export const queryClient = createQueryClient()

/** Whether a repeated request may succeed: no response, too many requests, or a server error. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof ApiProblem)) return false
  const { status } = error.problem
  return status === 0 || status === 429 || status >= 500
}

function retryAfterMs(error: unknown): number | null {
  return error instanceof ApiProblem ? error.problem.retryAfterMs : null
}
