/** A range of UTC days, written `2026-01-31`. It includes both days. */
export interface Days {
  readonly from: string
  readonly to: string
}

interface Wanted {
  readonly range?: '7' | '30' | '90'
  readonly from?: string
  readonly to?: string
}

const dayMs = 86_400_000
/** The limit of days in one request to the server. */
const mostDays = 366

/** Returns the days in the address; the last 30 by default. `now` is in Unix milliseconds. */
export function daysWanted({ range = '30', from, to }: Wanted, now: number): Days {
  const [start, end] = [dayNumber(from), dayNumber(to)]
  if (start !== null && end !== null && start <= end && end - start < mostDays)
    return { from: day(start), to: day(end) }
  const today = Math.floor(now / dayMs)
  return { from: day(today - Number(range) + 1), to: day(today) }
}

export function countDays({ from, to }: Days): number {
  return (dayNumber(to) ?? 0) - (dayNumber(from) ?? 0) + 1
}

/** Explains that nothing was used, and suggests a longer range if the current range is shorter. */
export function noUsageSentence(days: Days): string {
  const when = days.from === days.to ? `on ${days.from}` : `from ${days.from} to ${days.to}`
  const older = countDays(days) < 90 ? '; try 90 days for older ones' : ''
  return `No usage ${when} (UTC). Builds appear here as soon as they run${older}.`
}

function dayNumber(text: string | undefined): number | null {
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return null
  const ms = Date.parse(`${text}T00:00:00Z`)
  // Months overflow: 31 February would become a day in March.
  return Number.isNaN(ms) || day(ms / dayMs) !== text ? null : ms / dayMs
}

function day(number: number): string {
  return new Date(number * dayMs).toISOString().slice(0, 10)
}
