import type { BuildEvent, Instant } from './core/model.ts'
import { type RunnerWait, runnerWaits } from './core/placement/runner-waits.ts'
import type { Store } from './store.ts'
import type { Wait } from './wait.ts'

export interface AbandonOptions {
  readonly store: Pick<Store, 'builds' | 'runners'>
  /** Time without progress after which a build is abandoned, in milliseconds. */
  readonly afterMs: number
  readonly log: (level: 'warn', message: string, error?: unknown) => void
}

const batch = 100

/**
 * Abandons builds that stand still: nothing changed for `afterMs` and nothing runs. Does not
 * abandon a build that waits for its turn while any runner works. Call it every few minutes; time
 * without calls does not count. Returns the number of abandoned builds.
 */
export async function abandonBuilds({ store, afterMs, log }: AbandonOptions, now: Instant): Promise<number> {
  const before = now - afterMs
  const { since, busyAt } = await store.builds.watch(now)
  if (since > before) return 0
  const isIdle = busyAt === null || busyAt <= before
  /** An error in one build does not stop the others from being abandoned. */
  const attempted = async <T>(id: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work()
    } catch (error) {
      log('warn', `could not abandon the stalled build ${id}`, error)
      return undefined
    }
  }
  let abandoned = 0
  for (;;) {
    const ids = await store.builds.standing(before, isIdle, batch)
    // Collects all reasons first, because each abandoned build changes them for other builds.
    const events = new Map<string, BuildEvent>()
    for (const id of ids) {
      const reasons = await attempted(id, () => reasonsOf(store, id, now))
      if (reasons !== undefined) events.set(id, { type: 'abandon', at: now, since: before, reasons })
    }
    let taken = 0
    for (const [id, event] of events) {
      const applied = await attempted(id, () => store.builds.apply(id, [event]))
      if (applied?.taken[0] === true) taken++
    }
    abandoned += taken
    // The next query would return a refused build again.
    if (ids.length < batch || taken === 0) return abandoned
  }
}

/** Returns the reasons why the ready jobs of a build wait, by job id. */
async function reasonsOf(
  store: Pick<Store, 'builds' | 'runners'>,
  buildId: string,
  now: Instant,
): Promise<Readonly<Record<string, string>>> {
  const found = await store.builds.load(buildId)
  if (found === undefined) return {}
  const { jobs, render } = found.build
  const ready = (render === null ? jobs : [...jobs, render]).filter(({ state }) => state === 'scheduled')
  const waits = await store.builds.waits(buildId, now)
  const absences = runnerWaits(found.build, await store.runners.present(now))
  return Object.fromEntries(ready.map(({ id }) => [id, reasonOf(waits.get(id), absences.get(id))]))
}

function reasonOf(wait: Wait | undefined, absence: RunnerWait | undefined): string {
  if (wait === undefined && absence?.kind === 'nobody') {
    const labels = absence.labels.map((label) => ` \`${label}\``).join(',')
    return `It waited for a runner of the pool \`${absence.pool}\`${labels && ` with the labels${labels}`}, and none came.`
  }
  if (wait === undefined) return 'It was ready, but no runner took it.'
  const { reason, group, limit } = wait
  const what = {
    concurrency_group: `the concurrency group \`${group}\``,
    pipeline_limit: 'its pipeline limit',
    organization_limit: 'its organization limit',
  }[reason]
  return `It waited for ${what} (${limit} at a time), and no runner took the jobs ahead of it.`
}
