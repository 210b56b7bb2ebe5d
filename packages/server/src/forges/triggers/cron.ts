/** Cron expressions of five fields (`ir.md` 1.7). */
import { Cron } from 'croner'

const leastGapMs = 5 * 60_000
/** Enough runs to include every possible interval. */
const checkedRuns = 200
const field = /^(\*|\d{1,2}|[a-z]{3})(-(\d{1,2}|[a-z]{3}))?(\/\d{1,2})?$/i

/** Returns the error of a schedule, as a message for its author; null if it is valid. */
export function scheduleProblem(cron: string, timezone: string): string | null {
  const fields = cron.trim().split(/\s+/)
  if (fields.length !== 5 || !fields.every((each) => each.split(',').every((part) => field.test(part))))
    return `expected a "cron" of five fields such as "0 3 * * 1-5", got ${JSON.stringify(cron.slice(0, 80))}.`
  if (!isTimezone(timezone))
    return `expected a "timezone" such as "Europe/Berlin", got ${JSON.stringify(timezone.slice(0, 80))}.`
  let runs: readonly Date[]
  try {
    // UTC, because a change to summer time may shorten the interval between two runs.
    runs = new Cron(fields.join(' '), { timezone: 'UTC', paused: true }).nextRuns(
      checkedRuns,
      new Date('2024-01-01T00:00Z'),
    )
  } catch (error) {
    return `expected a "cron" of five fields, got ${JSON.stringify(cron.slice(0, 80))}: ${error instanceof Error ? error.message : String(error)}.`
  }
  if (runs.length === 0) return `expected a "cron" that matches some time, got ${JSON.stringify(cron.slice(0, 80))}.`
  const isTooOften = runs.some(
    (run, index) => index > 0 && run.getTime() - (runs[index - 1]?.getTime() ?? 0) < leastGapMs,
  )
  return isTooOften
    ? `expected a "cron" of at most every five minutes, got ${JSON.stringify(cron.slice(0, 80))}.`
    : null
}

/** Returns the first run after `after` of a valid schedule; null if there is none. */
export function nextTick(cron: string, timezone: string, after: Date): Date | null {
  return new Cron(cron, { timezone, paused: true }).nextRun(after)
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    // Intl accepts offsets such as +01:00, but croner does not.
    return /^[A-Za-z]/.test(name)
  } catch {
    return false // Intl has no other way to ask
  }
}
