import { type ApiError, apiError } from '../http/index.ts'

/** The 503 for what needs room on a disk that has none. `room` says how much there is, where that is known. */
export function diskFull(room: string | null, cause?: Error): ApiError {
  const what = room === null ? '' : ` (${room})`
  return apiError(
    'service_unavailable',
    `The disk of the server is full${what}: nothing from this request was stored; try again later.`,
    {
      cause,
      headers: { 'retry-after': '10' },
    },
  )
}
