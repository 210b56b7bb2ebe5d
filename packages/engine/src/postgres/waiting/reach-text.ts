/** SQL conditions for the jobs that a runner may take. `core/placement` decides it. */
import type { Taker } from '../../core/placement/placement.ts'
import { defaultPool } from '../../core/placement/reach.ts'

/**
 * Returns the condition that the runner may take a row of `engine.ready`, and has or can get its
 * files. The parameters from `first` on are the runner's `reachValues`.
 */
export function withinReach(row: string, first: number): string {
  const [runner, , , , forms] = parameters(first)
  return `(${row}.home is null or ${row}.home = ${runner} or ${row}.files is not null and cardinality(${forms}::text[]) > 0)
      and ${withinRights(row, first)} and (${row}.files is null or not exists (${lackingFiles(row, first)}))`
}

/**
 * Returns the same condition for a runner that is alone and takes no files of others. It is
 * simpler, because the runner has all files that it made. It does not need the last two
 * `reachValues`.
 */
export function withinOwnReach(row: string, first: number): string {
  const [runner] = parameters(first)
  return `(${row}.home is null or ${row}.home = ${runner}) and ${withinRights(row, first)}
      and (${row}.files is null or ${row}.holders <@ array[${runner}, ''] and not exists (
        select from unnest(${row}.files, ${row}.holders) f(snapshot, holder) join engine.exports e on e.snapshot = f.snapshot where f.holder = ''))`
}

/** Returns the condition that the runner serves the pool, labels and queue of a row. */
export function withinRights(row: string, first: number): string {
  const [, pool, labels, queues] = parameters(first)
  return `(${pool}::text is null or coalesce(${row}.pool, '${defaultPool}') = ${pool})
      and (${labels}::text[] is null or ${row}.labels is null or ${row}.labels <@ ${labels})
      and (${queues}::text[] is null or ${row}.queue = any(${queues}))`
}

/** Returns the condition that a row of `engine.runners` serves the pool, labels and queue of a job. */
export function servedBy(runner: string, job: string, queue = `${job}.queue`): string {
  return `(${runner}.pool is null or coalesce(${job}.pool, '${defaultPool}') = ${runner}.pool)
      and (${job}.labels is null or ${runner}.labels is null or ${job}.labels <@ ${runner}.labels)
      and (${runner}.queues is null or ${queue} = any(${runner}.queues))`
}

/**
 * Returns the condition that the runner with the files of a row cannot take its job, so that
 * waiting for this runner would be in vain.
 */
export function isHomeUnfit(job: string, queue = `${job}.queue`): string {
  return `exists (select from engine.runners h where h.id = ${job}.holders[1] and not (${servedBy('h', job, queue)}))`
}

/**
 * Returns a query for those files of a row's job that the runner neither has nor can get. Files
 * without a known holder belong to any runner, unless the server has them.
 */
export function lackingFiles(row: string, first: number): string {
  const [runner, pool, , , forms, host] = parameters(first)
  return `select f.snapshot, f.holder from unnest(${row}.files, ${row}.holders) f(snapshot, holder)
      where f.holder <> ${runner}
        and not exists (select from engine.layer_places p where p.snapshot = f.snapshot and p.runner = ${runner})
        and (f.holder <> '' or exists (select from engine.exports e where e.snapshot = f.snapshot))
        and not exists (select from engine.exports e where e.snapshot = f.snapshot and e.form = any(${forms}::text[])
          and e.pool = coalesce(${pool}, '${defaultPool}') and e.stored_at is not null and (e.host is null or e.host = ${host}))`
}

/** Returns the condition that the runner takes new work. */
export function isTaking(first: number): string {
  return `not exists (select from engine.runners x where x.id = $${first} and x.drains_at is not null)`
}

export function reachValues({ runner, reach, traffic }: Taker): readonly unknown[] {
  return [runner, reach.pool, reach.labels, reach.queues, traffic.forms, traffic.host]
}

function parameters(first: number): readonly [string, string, string, string, string, string] {
  return [`$${first}`, `$${first + 1}`, `$${first + 2}`, `$${first + 3}`, `$${first + 4}`, `$${first + 5}::text`]
}
