import { QueryClient } from '@tanstack/react-query'
import { ApiProblem } from './problem.ts'

/** Who is told to wait longer than this is not kept waiting without a word. */
const patienceMs = 5000

/** The one of this page. */
export const queryClient = createQueryClient()

/** Only what may go better by itself is asked again, and as late as the server wants (web D3). */
function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // A server may be on this machine or in a network without a way out: the browser's idea of being online says little.
        networkMode: 'always',
        staleTime: 15_000,
        gcTime: 10 * 60_000,
        retry: (count, error) => count < 2 && isPassing(error) && (retryAfterMs(error) ?? 0) <= patienceMs,
        retryDelay: (count, error) => retryAfterMs(error) ?? Math.min(1000 * 2 ** count, 30_000),
        // The failure of one pane is shown in that pane, and old data stays.
        throwOnError: false,
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  })
}

/** Whether the same request may succeed later: no answer, too many requests, a fault of the server. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof ApiProblem)) return false
  const { status } = error.problem
  return status === 0 || status === 429 || status >= 500
}

function retryAfterMs(error: unknown): number | null {
  return error instanceof ApiProblem ? error.problem.retryAfterMs : null
}
