import type { Build, Job, Wait } from '@harmont/engine'
import type { BuildEngine } from '../engine/build-engine.ts'

/** What holds jobs of a build back besides the want of a runner. */
export interface Waits {
  /** Of the whole build: it has no place in its group. */
  readonly place: Wait | null
  /** By id, of ready jobs: a limit, or the group of their step. */
  readonly jobs: ReadonlyMap<string, Wait>
}

const noWaits: Waits = { place: null, jobs: new Map() }

/** Reads what holds these jobs of a build back, in a number of statements that does not depend on how many they are; in none when nothing can. */
export async function readWaits({ store }: BuildEngine, build: Build, jobs: readonly Job[]): Promise<Waits> {
  if (build.held || build.finishedAt !== null) return noWaits
  if (build.awaitsPlace) return { ...noWaits, place: await store.builds.placeWait(build.id) }
  return jobs.some(({ state }) => state === 'scheduled')
    ? { ...noWaits, jobs: await store.builds.waits(build.id) }
    : noWaits
}

/** Why a job does not start, in a word; null for one that has, or never will. */
export function waitReason(build: Build, job: Job, waits: Waits, now: number): string | null {
  if (job.state !== 'pending' && job.state !== 'scheduled') return null
  if (build.held) return 'approval'
  // While the build has no place nothing else keeps its jobs.
  if (build.awaitsPlace) return 'concurrency_group'
  if (job.state === 'pending') return 'dependencies'
  if (job.notBefore !== null && job.notBefore > now) return 'retry_delay'
  return waits.jobs.get(job.id)?.reason ?? 'runner'
}
