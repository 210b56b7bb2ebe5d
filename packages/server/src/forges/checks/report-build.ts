import { createHash } from 'node:crypto'
import { failedInQuarantine } from '@harmont/engine'
import { nothingFound } from '@harmont/logs'
import type pg from 'pg'
import type { Logger } from 'pino'
import { readAnnotations } from '../../builds/annotations/read-annotations.ts'
import type { BuildEngine } from '../../builds/engine/build-engine.ts'
import { lastOutput } from '../../builds/logs/last-output.ts'
import { asFound, findFailedTests } from '../../builds/tests/failed-tests.ts'
import { ForgeRefused } from '../../platform/outbound/forge-errors.ts'
import type { Forges } from '../forge/forge.ts'
import { findConnected } from '../repositories/connected-repository.ts'
import { type CheckContent, type CheckedJob, type CheckSubject, describeCheck, firstFailure } from './describe-check.ts'
import { describeSkip } from './describe-skip.ts'
import { findPipelinePage, findSkipsCounting } from './skipped-store.ts'
import { type CheckRow, findCheck, findCheckedBuild, inheritCheck, recordReport } from './store.ts'

export interface ReportServices {
  readonly pool: pg.Pool
  readonly engine: Pick<BuildEngine, 'store' | 'logs'>
  readonly forges: Forges
  readonly publicUrl: string
  readonly log: Logger
}

/**
 * Reports the state of a build to its forge, with the checks for which it counts. Fails if the forge
 * is unavailable.
 */
export async function reportBuild(services: ReportServices, buildId: string): Promise<void> {
  const { pool } = services
  await inheritCheck(pool, buildId)
  // The state may change during a report, and a process that was thought dead may still report an
  // older one.
  while (await reportOnce(services, buildId));
  for (const skip of await findSkipsCounting(pool, buildId)) while (await reportOnce(services, skip));
}

/** Returns whether the forge received a new state, so that another report may follow. */
async function reportOnce(services: ReportServices, buildId: string): Promise<boolean> {
  const row = await findCheck(services.pool, buildId)
  const content =
    row && (row.skipped_because === null ? await contentOf(services, buildId) : await skipOf(services, row))
  return row !== undefined && content !== undefined && reportCheck(services, row, content)
}

/** Sends a check to its forge unless the forge has this content. Returns whether it was sent. */
export async function reportCheck(
  services: Omit<ReportServices, 'engine'>,
  row: CheckRow,
  content: CheckContent,
): Promise<boolean> {
  const { pool, forges, log } = services
  const digest = createHash('sha256').update(JSON.stringify(content)).digest('hex')
  if (digest === row.told) return false
  const repository = await findConnected(pool, row.forge, row.forge_repository_id)
  const forge = forges.get(row.forge)
  // The repository is no longer connected to this organization.
  if (repository === undefined || repository.organizationId !== row.organization_id || forge === undefined) return false
  const { check_id: checkId, name, commit, fork, id: externalId } = row
  try {
    const check = { checkId, name, commit, fork, externalId, ...content }
    await recordReport(pool, row.id, digest, await forge.setCheck(repository.address, check))
  } catch (error) {
    if (!(error instanceof ForgeRefused)) throw error
    log.warn({ err: error, check: row.id, commit, forge: row.forge }, 'could not send a check to a forge')
    await recordReport(pool, row.id, digest, null)
  }
  return true
}

async function skipOf(
  { pool, publicUrl }: ReportServices,
  { skipped_because: because, skipped_pipeline: pipeline, counts_build: counts, created_at: at }: CheckRow,
): Promise<CheckContent | undefined> {
  const page = pipeline === null ? undefined : await findPipelinePage(pool, pipeline)
  if (because === null || page === undefined) return undefined
  const build = counts === null ? undefined : await findCheckedBuild(pool, counts)
  return describeSkip({ because, at, page: `${publicUrl}/${page}`, counts: build ?? null })
}

async function contentOf(
  { pool, engine, publicUrl }: ReportServices,
  buildId: string,
): Promise<CheckContent | undefined> {
  const build = await findCheckedBuild(pool, buildId)
  const loaded = await engine.store.builds.load(buildId)
  if (build === undefined || loaded === undefined) return undefined
  const { steps, jobs: newest } = loaded.build
  const nameOf = (step: number | null) => (step === null ? null : steps[step]?.name) ?? 'a job'
  const jobs = newest.map((job): CheckedJob & { readonly id: string } => {
    const step = job.step === null ? undefined : steps[job.step]
    return { ...job, name: nameOf(job.step), inQuarantine: step !== undefined && failedInQuarantine(step, job) }
  })
  const failure = build.finished_at === null ? undefined : firstFailure(jobs)
  const output = failure === undefined ? null : await lastOutput(engine.logs, failure.id)
  const failures = failure === undefined ? nothing : await failuresOf({ pool, engine }, failure.id)
  const written = build.finished_at === null ? [] : await readAnnotations(engine.store, buildId)
  const names = new Map(jobs.map(({ id, name }) => [id, name]))
  const annotations = written.map((one) => ({ ...one, step: names.get(one.jobId) ?? 'a job' }))
  return describeCheck({ build, jobs, lastOutput: output, ...failures, annotations, publicUrl })
}

/** Bitbucket accepts the same number in one request. */
const mostFailedTests = 100

type Failures = Pick<CheckSubject, 'found' | 'failedTests'>

const nothing: Failures = { found: nothingFound, failedTests: [] }

/** Returns the failed tests reported by the job, or else the failures in its log. */
async function failuresOf({ pool, engine }: Pick<ReportServices, 'pool' | 'engine'>, jobId: string): Promise<Failures> {
  const reported = (await findFailedTests(pool, [jobId], mostFailedTests)).get(jobId)
  if (reported === undefined)
    return { ...nothing, found: (await engine.logs.openSoon(jobId))?.index.found ?? nothingFound }
  const found = asFound(reported)
  return { found, failedTests: found.failures }
}
