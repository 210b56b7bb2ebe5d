import { createHash } from 'node:crypto'
import { nothingFound } from '@harmont/logs'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { BuildEngine } from '../../builds/engine/build-engine.ts'
import { lastOutput } from '../../builds/logs/last-output.ts'
import { ForgeRefused } from '../../platform/outbound/forge-errors.ts'
import type { Check, Forges } from '../forge/forge.ts'
import { findConnected } from '../repositories/connected-repository.ts'
import { type CheckedJob, describeCheck, firstFailure } from './describe-check.ts'
import { type CheckRow, findCheck, findCheckedBuild, inheritCheck, noteTold } from './store.ts'

export interface FollowServices {
  readonly pool: pg.Pool
  readonly engine: Pick<BuildEngine, 'store' | 'logs'>
  readonly forges: Forges
  readonly publicUrl: string
  readonly log: Logger
}

/** Tells the forge how a build is, until what it was told is how the build is. Fails when the forge cannot be told now. */
export async function followBuild(services: FollowServices, buildId: string): Promise<void> {
  const { pool } = services
  await inheritCheck(pool, buildId)
  // Another state may come while the forge is told of this one; and another process, that was thought dead, may have told it of an older one.
  while (await tellNewest(services, buildId));
}

/** Gives whether the forge was told something, and there may be more to tell. */
async function tellNewest(services: FollowServices, buildId: string): Promise<boolean> {
  const row = await findCheck(services.pool, buildId)
  const told = row && (await toldOf(services, buildId))
  return row !== undefined && told !== undefined && tellCheck(services, row, told)
}

type Told = Pick<Check, 'detailsUrl' | 'state' | 'output' | 'actions'>

/** Tells the forge, when it was told something else last. Gives whether it was. Fails when the forge cannot be told now. */
export async function tellCheck(services: Omit<FollowServices, 'engine'>, row: CheckRow, told: Told): Promise<boolean> {
  const { pool, forges, log } = services
  const digest = createHash('sha256').update(JSON.stringify(told)).digest('hex')
  if (digest === row.told) return false
  const repository = await findConnected(pool, row.forge, row.forge_repository_id)
  const forge = forges.get(row.forge)
  // Whoever was to be told is not connected any more.
  if (repository === undefined || repository.organizationId !== row.organization_id || forge === undefined) return false
  const { check_id: checkId, name, commit, fork, id: externalId } = row
  try {
    const check = { checkId, name, commit, fork, externalId, ...told }
    await noteTold(pool, row.id, digest, await forge.setCheck(repository.address, check))
  } catch (error) {
    if (!(error instanceof ForgeRefused)) throw error
    log.warn({ err: error, check: row.id, commit, forge: row.forge }, 'could not send a check to a forge')
    await noteTold(pool, row.id, digest, null)
  }
  return true
}

async function toldOf({ pool, engine, publicUrl }: FollowServices, buildId: string): Promise<Told | undefined> {
  const build = await findCheckedBuild(pool, buildId)
  const loaded = await engine.store.builds.load(buildId)
  if (build === undefined || loaded === undefined) return undefined
  const { steps, jobs: newest } = loaded.build
  const nameOf = (step: number | null) => (step === null ? null : steps[step]?.name) ?? 'a job'
  const jobs = newest.map((job): CheckedJob & { readonly id: string } => ({ ...job, name: nameOf(job.step) }))
  const failure = build.finished_at === null ? undefined : firstFailure(jobs)
  const output = failure === undefined ? null : await lastOutput(engine.logs, failure.id)
  const log = failure === undefined ? null : await engine.logs.openSoon(failure.id)
  return describeCheck({ build, jobs, lastOutput: output, found: log?.index.found ?? nothingFound, publicUrl })
}
