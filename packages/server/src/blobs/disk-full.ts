import { type ApiError, apiError } from '../http/index.ts'

/** The 503 for what needs room on a disk that has none. `room` says how much there is, where that is known. */
export function diskFull(room: string | null, cause?: Error): ApiError {
  const what = room === null ? '' : ` (${room})`
  return apiError(
    'service_unavailable',
    `The server's disk is full${what}: nothing was kept of this request; try again.`,
    {
      cause,
      headers: { 'retry-after': '10' },
    },
  )
}
