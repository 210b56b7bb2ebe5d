import { absentFiles, type Build, type Job, type RunnerWait, runnerWaits, type Wait } from '@harmont/engine'
import type { BuildEngine } from '../engine/build-engine.ts'

/** The limits and groups that delay jobs of a build. */
export interface Waits {
  /** The wait of the whole build for a place in its group; null when it has one. */
  readonly place: Wait | null
  /** The waits of ready jobs, by id, for a limit or for the group of their step. */
  readonly jobs: ReadonlyMap<string, Wait>
  /** The reasons why ready jobs, by id, find no runner. */
  readonly runners: ReadonlyMap<string, RunnerWait>
}

const noWaits: Waits = { place: null, jobs: new Map(), runners: new Map() }

/**
 * Reads the limits and groups that delay these jobs of a build. The number of statements does not
 * depend on the number of jobs; it is 0 when nothing can delay them.
 */
export async function readWaits({ store }: BuildEngine, build: Build, jobs: readonly Job[]): Promise<Waits> {
  if (build.held || build.finishedAt !== null) return noWaits
  if (build.awaitsPlace) return { ...noWaits, place: await store.builds.placeWait(build.id) }
  if (!jobs.some(({ state }) => state === 'scheduled')) return noWaits
  const [waits, present] = await Promise.all([store.builds.waits(build.id), store.runners.present(store.now())])
  const absent = absentFiles(build, present)
  const stored = absent.length === 0 ? new Set<string>() : await store.layers?.stored(absent)
  return { ...noWaits, jobs: waits, runners: runnerWaits(build, present, stored) }
}

/** Returns in one word why a job does not start; null for a job that has started or never will. */
export function waitReason(build: Build, job: Job, waits: Waits, now: number): string | null {
  if (job.state !== 'pending' && job.state !== 'scheduled') return null
  if (build.held) return 'approval'
  // While a build has no place, only its group delays its jobs.
  if (build.awaitsPlace) return 'concurrency_group'
  if (job.state === 'pending') return 'dependencies'
  if (job.notBefore !== null && job.notBefore > now) return 'retry_delay'
  return waits.jobs.get(job.id)?.reason ?? 'runner'
}
