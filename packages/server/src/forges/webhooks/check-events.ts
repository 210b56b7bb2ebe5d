/** Handles re-runs and buttons of checks. */
import type pg from 'pg'
import { hasBalance } from '../../billing/index.ts'
import { approveBuild } from '../../builds/approval/approve-build.ts'
import { retryJobs } from '../../builds/jobs/retry-jobs.ts'
import { type BuildRow, findBuildsById } from '../../builds/records/store.ts'
import { rebuildOf } from '../../builds/submit/rebuild-build.ts'
import { type Submission, submitBuild } from '../../builds/submit/submit-build.ts'
import { findPipeline, type PipelineRow } from '../../organizations/pipelines/store.ts'
import { recordAudit, systemActor } from '../../platform/audit/record-audit.ts'
import { ApiError } from '../../platform/http/index.ts'
import { checkActions } from '../checks/describe-check.ts'
import {
  type CheckRow,
  findCheck,
  findCheckByForgeId,
  inheritCheck,
  newestBuildsOfCommit,
  queueReport,
} from '../checks/store.ts'
import { queueDiscovery } from '../discovery/store.ts'
import type { CheckActionEvent, RerunEvent } from '../forge/events.ts'
import type { ConnectedRepository } from '../repositories/connected-repository.ts'
import { withoutBalanceRejected } from '../triggers/start-build.ts'
import { authorOf, findMember } from '../triggers/store.ts'
import type { EventContext } from './event-context.ts'

/**
 * Rebuilds the build of a check, or the newest build of each pipeline at a commit (`http.md` 11.4).
 * The forge decides who may request it.
 */
export async function onRerun(
  { services, repository, delivery }: EventContext,
  event: RerunEvent,
): Promise<string | null> {
  const { pool } = services
  const wanted = await wantedBuilds(pool, repository, event)
  if (typeof wanted === 'string') return wanted
  const author = await authorOf(pool, repository, event.sender)
  let problem: string | null = null
  for (const { build, pipeline } of wanted) {
    const request = { owner: repository, pipeline, build, author, env: {}, withoutCache: false } as const
    const submission = await orMessage(rebuildOf(services, { ...request, recordedSource: 'webhook' }))
    if (typeof submission === 'string') {
      problem = submission
      continue
    }
    await submitBuild(
      services,
      await withoutBalanceRejected(services, {
        ...submission,
        facts: { ...submission.facts, delivery },
        within: async (client, { id }) => {
          await inheritCheck(client, id)
          await queueReport(client, id)
        },
      }),
    )
  }
  return problem
}

/** Returns the message of a refusal, so that other builds continue. */
async function orMessage(submission: Promise<Submission>): Promise<Submission | string> {
  try {
    return await submission
  } catch (error) {
    if (error instanceof ApiError) return error.message
    throw error
  }
}

/** Returns the builds to repeat, or the reason why there are none. */
async function wantedBuilds(
  pool: pg.Pool,
  repository: ConnectedRepository,
  event: RerunEvent,
): Promise<readonly CheckedBuild[] | string> {
  if (event.of.kind === 'commit')
    return checkedBuilds(pool, repository, await newestBuildsOfCommit(pool, repository, event.commit))
  const check = await checkOf(pool, repository, event.of)
  if (check === undefined) return 'the check belongs to another app'
  if (check.skipped_because !== null) return 'the check is of a push that no path filter matches'
  const builds = await checkedBuilds(pool, repository, [check.id])
  // Without a build, this is the check of a discovery.
  if (builds.length === 0) await queueDiscovery(pool, repository.forge, [repository.address.externalId], true)
  return builds
}

/**
 * Acts on a button that a member pressed. Requires membership: access at the forge is not enough.
 */
export async function onCheckAction(
  { services, repository }: EventContext,
  event: CheckActionEvent,
): Promise<string | null> {
  const { pool, settings } = services
  const { organizationId } = repository
  const check = await checkOf(pool, repository, event)
  const [checked] = check === undefined ? [] : await checkedBuilds(pool, repository, [check.id])
  if (checked === undefined) return 'the check belongs to another app'
  const { build, pipeline } = checked
  const userId = await findMember(pool, organizationId, repository.forge, event.sender.id)
  if (userId === null) return refuseAction(pool, repository, checked, event)
  try {
    if (event.action === checkActions.approve.identifier)
      await approveBuild(services, { ...systemActor, userId }, { organizationId, pipelineSlug: pipeline.slug, build })
    if (event.action === checkActions.retry.identifier && (await hasBalance(pool, settings, organizationId)))
      await retryJobs(services, build, { kind: 'all' }, null)
    return null
  } catch (error) {
    // Another user was faster, or this is a repeated delivery: nothing is left to approve or retry.
    if (error instanceof ApiError) return error.message
    throw error
  }
}

async function refuseAction(
  pool: pg.Pool,
  { organizationId, forge }: ConnectedRepository,
  { build, pipeline }: CheckedBuild,
  { sender, action }: CheckActionEvent,
): Promise<string> {
  await recordAudit(pool, systemActor, {
    organizationId,
    action: 'check_action.refused',
    subject: `${pipeline.slug}/${build.number}`,
    details: { forge, login: sender.login, action: action.slice(0, 40) },
  })
  return 'the user who pressed the button is not a known member of the organization'
}

interface CheckedBuild {
  readonly build: BuildRow
  readonly pipeline: PipelineRow
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Returns the check that an event names; undefined if it belongs to another repository. */
async function checkOf(
  pool: pg.Pool,
  repository: ConnectedRepository,
  { externalId, checkId }: { readonly externalId: string | null; readonly checkId: string },
): Promise<CheckRow | undefined> {
  const row =
    externalId !== null && uuid.test(externalId)
      ? await findCheck(pool, externalId)
      : await findCheckByForgeId(pool, repository.forge, checkId)
  const isOfRepository =
    row?.organization_id === repository.organizationId &&
    row.forge === repository.forge &&
    row.forge_repository_id === repository.address.externalId
  return isOfRepository ? row : undefined
}

/** Finds builds by id, except those of archived or deleted pipelines. */
async function checkedBuilds(
  pool: pg.Pool,
  { organizationId }: ConnectedRepository,
  ids: readonly string[],
): Promise<readonly CheckedBuild[]> {
  const found: CheckedBuild[] = []
  for (const build of await findBuildsById(pool, ids)) {
    const pipeline = await findPipeline(pool, organizationId, build.pipeline_slug)
    if (pipeline !== undefined && pipeline.archived_at === null) found.push({ build, pipeline })
  }
  return found
}
