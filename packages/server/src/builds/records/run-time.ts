import type { BuildRow } from './store.ts'

/** How long a build has run by now, in ms: the sum of the times in which it had work, each from its start or a retry to its end. null: it has not begun. */
export function runMs(
  { started_at, finished_at, idle_ms }: Pick<BuildRow, 'started_at' | 'finished_at' | 'idle_ms'>,
  now: number,
): number | null {
  if (started_at === null) return null
  return Math.max(0, (finished_at?.getTime() ?? now) - started_at.getTime() - idle_ms)
}
