import { hasBalance } from '../../billing/index.ts'
import { approveBuild } from '../../builds/approval/approve-build.ts'
import { retryJobs } from '../../builds/jobs/retry-jobs.ts'
import { nobody, recordAudit } from '../../platform/audit/record-audit.ts'
import { ApiError } from '../../platform/http/index.ts'
import { checkActions } from '../checks/describe-check.ts'
import type { CheckActionEvent } from '../forge/events.ts'
import { type ConnectedRepository, findConnected } from '../repositories/connected-repository.ts'
import { findMember } from '../triggers/store.ts'
import { type CheckedBuildOf, checkedBuilds, checkedId } from './checked-builds.ts'
import type { Delivered, ProcessServices } from './process-delivery.ts'

/** Does what a button of a check is for, when a member of the organization pressed it: that somebody may press it at the forge is not enough. */
export async function onCheckAction(
  services: ProcessServices,
  delivered: Delivered,
  event: CheckActionEvent,
): Promise<string | null> {
  const { pool } = services
  const repository = await findConnected(pool, delivered.forge.name, event.repository.externalId)
  if (repository === undefined) return 'no organization has connected the repository'
  const id = await checkedId(pool, repository, event)
  const [place] = id === undefined ? [] : await checkedBuilds(pool, repository, [id])
  if (place === undefined) return 'the check belongs to another app'
  const member = await findMember(pool, repository.organizationId, repository.forge, event.sender.id)
  if (member === null) return refuse(services, repository, place, event)
  try {
    await act(services, repository, place, event.action, member)
    return null
  } catch (error) {
    // There is nothing to approve or retry any more: somebody was faster, or this delivery is tried a second time.
    if (error instanceof ApiError) return error.message
    throw error
  }
}

async function act(
  services: ProcessServices,
  { organizationId }: ConnectedRepository,
  { build, pipeline }: CheckedBuildOf,
  action: string,
  userId: string,
): Promise<void> {
  const { pool, settings } = services
  const actor = { ...nobody, userId }
  if (action === checkActions.approve.identifier)
    await approveBuild(services, actor, { organizationId, pipelineSlug: pipeline.slug, build })
  if (action === checkActions.retry.identifier && (await hasBalance(pool, settings, organizationId)))
    await retryJobs(services, build, { kind: 'all' }, null)
}

async function refuse(
  { pool }: ProcessServices,
  { organizationId, forge }: ConnectedRepository,
  { build, pipeline }: CheckedBuildOf,
  { sender, action }: CheckActionEvent,
): Promise<string> {
  await recordAudit(pool, nobody, {
    organizationId,
    action: 'check_action.refused',
    subject: `${pipeline.slug}/${build.number}`,
    details: { forge, login: sender.login, action: action.slice(0, 40) },
  })
  return 'the user who pressed the button is not a known member of the organization'
}
