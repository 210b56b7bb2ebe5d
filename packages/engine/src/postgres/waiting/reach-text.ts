/** Conditions in SQL for the jobs that a runner may take. `core/placement` decides it. */
import type { Taker } from '../../core/placement/placement.ts'
import { defaultPool } from '../../core/placement/reach.ts'

/**
 * Returns the condition that a row of `engine.ready` is for the runner whose `reachValues` begin at
 * this parameter.
 */
export function withinReach(row: string, first: number): string {
  const [runner, pool, labels, queues] = [first, first + 1, first + 2, first + 3].map((number) => `$${number}`)
  return `(${row}.home is null or ${row}.home = ${runner})
      and (${pool}::text is null or coalesce(${row}.pool, '${defaultPool}') = ${pool})
      and (${labels}::text[] is null or ${row}.labels is null or ${row}.labels <@ ${labels})
      and (${queues}::text[] is null or ${row}.queue = any(${queues}))`
}

/** Returns the condition that the runner takes new work. */
export function isTaking(first: number): string {
  return `not exists (select from engine.runners x where x.id = $${first} and x.drains_at is not null)`
}

export function reachValues({ runner, reach }: Taker): readonly unknown[] {
  return [runner, reach.pool, reach.labels, reach.queues]
}
