import { apiError } from '../../platform/http/index.ts'
import { parseInstant } from '../../platform/input/instant.ts'

/** A half-open interval of lease starts. */
export interface UsageWindow {
  readonly from: Date
  readonly to: Date
}

export const dayMs = 86_400_000

/** Reads `from` and `to` (`http.md` 10.3). Throws 422 `billing_usage_window_invalid`. */
export function readWindow(query: { readonly from?: string; readonly to?: string }, mostDays: number): UsageWindow {
  const from = readEdge('from', query.from, 0)
  const to = readEdge('to', query.to, dayMs)
  if (to <= from) throw invalid('to', `must be after \`from\`, which is ${from.toISOString()}`)
  if (to.getTime() - from.getTime() > mostDays * dayMs)
    throw invalid('to', `must be at most ${mostDays} days after \`from\``)
  return { from, to }
}

/** Reads an instant, or a bare date as the start of that UTC day plus `dayEndsMs`. */
function readEdge(name: 'from' | 'to', text: string | undefined, dayEndsMs: number): Date {
  if (text === undefined || text === '') throw invalid(name, 'is required')
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    const start = parseInstant(`${text}T00:00:00Z`)
    // JavaScript accepts days that do not exist: 31 February would become a day of March.
    if (start?.toISOString().slice(0, 10) === text) return new Date(start.getTime() + dayEndsMs)
    throw invalid(name, 'must be a day that exists, such as `2026-01-31`')
  }
  const withSign = text.replace(/ (\d{2}:\d{2})$/, '+$1')
  const instant = parseInstant(withSign) ?? parseInstant(`${withSign}Z`)
  if (instant === undefined) throw invalid(name, 'must be an instant such as `2026-01-31T12:00:00Z`, or a day')
  return instant
}

function invalid(field: string, message: string): Error {
  return apiError('billing_usage_window_invalid', `The query parameter \`${field}\` ${message}.`, {
    errors: [{ field, message }],
  })
}
