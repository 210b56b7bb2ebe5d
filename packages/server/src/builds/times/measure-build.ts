import { criticalPath, type PathPart, sumsOf } from '@harmont/timeline'
import type pg from 'pg'
import type { BuildEngine } from '../engine/build-engine.ts'
import { findLookUps } from '../view/store.ts'
import { findApproval, hasFailedByFlakyTests, writeTimes } from './store.ts'
import { timedBuild } from './timed-build.ts'

export interface MeasureServices {
  readonly pool: pg.Pool
  readonly engine: Pick<BuildEngine, 'store'>
}

/**
 * Records how the time of an ended build was spent. Idempotent: a repetition, such as after a retry
 * or a proof, replaces the previous row.
 */
export async function measureBuild({ pool, engine: { store } }: MeasureServices, buildId: string): Promise<void> {
  const loaded = await store.builds.load(buildId)
  if (loaded === undefined) return
  const { build } = loaded
  const { state, finishedAt } = build
  if (finishedAt === null || (state !== 'passed' && state !== 'failed')) return
  const jobs = await store.builds.jobs(buildId)
  const path = criticalPath(timedBuild(build, jobs, await findApproval(pool, buildId)), finishedAt)
  const isFlaky = state === 'failed' && (await hasFailedByFlakyTests(pool, buildId))
  await writeTimes(pool, {
    buildId,
    endedAt: new Date(finishedAt),
    isFlaky,
    missedMs: await missedMs(pool, path),
    sums: sumsOf(path),
  })
}

/** Sums up the commands whose cached result existed earlier under the same key and was removed. */
async function missedMs(pool: pg.Pool, path: readonly PathPart[]): Promise<number> {
  const commands = path.filter(({ kind, attempt }) => kind === 'command' && attempt !== null)
  const lookUps = await findLookUps(
    pool,
    commands.flatMap(({ attempt }) => attempt?.id ?? []),
  )
  const missed = commands.filter(({ attempt }) => lookUps.get(attempt?.id ?? '')?.was_there === true)
  return missed.reduce((sum, { from, to }) => sum + to - from, 0)
}
