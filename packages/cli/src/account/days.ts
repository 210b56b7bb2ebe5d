import { usageError } from '../errors.ts'

/** Unix milliseconds of a UTC day's start. Exit 2 for what is no date. */
export function startOf(date: string, flag: string): number {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(at) || dayOf(at) !== date)
    throw usageError(`${flag} must be a date such as 2026-01-31; got ${JSON.stringify(date)}`)
  return at
}

/** `YYYY-MM-DD`, UTC. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

interface Window {
  readonly from: number
  /** Exclusive. */
  readonly to: number
  readonly limit: number | undefined
}

/** Of items that come newest first those in a window; asks for none that are older. */
export async function* within<T>(
  items: AsyncIterable<T>,
  at: (item: T) => number,
  { from, to, limit = Number.POSITIVE_INFINITY }: Window,
): AsyncGenerator<T> {
  let given = 0
  for await (const item of items) {
    if (given >= limit || at(item) < from) return
    if (at(item) >= to) continue
    given += 1
    yield item
  }
}
