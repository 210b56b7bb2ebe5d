import { isBuildTerminal } from '@harmont/engine'
import { now } from '@harmont/sandbox'
import type pg from 'pg'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { apiError } from '../../platform/http/index.ts'
import type { BuildEngine } from '../engine/build-engine.ts'
import type { BuildRow } from '../records/store.ts'
import { queueApproval, recordApproval } from './store.ts'

export interface ApprovalServices {
  readonly pool: pg.Pool
  readonly engine: BuildEngine
}

interface Approval {
  readonly organizationId: string
  readonly pipelineSlug: string
  readonly build: BuildRow
}

/**
 * Lets a held build start. That it was approved is written first, with the task that does it should this process die in between. Throws 409
 * `approval_not_pending` for a build that waits for none.
 */
export async function approveBuild(
  { pool, engine }: ApprovalServices,
  actor: Actor,
  { organizationId, pipelineSlug, build }: Approval,
): Promise<void> {
  if (!build.held || isBuildTerminal(build.state)) throw nothingToApprove()
  const isFirst = await transaction(pool, async (client) => {
    if (!(await recordApproval(client, build.id, actor.userId))) return false
    const subject = `${pipelineSlug}/${build.number}`
    const details = { commit: build.commit }
    await recordAudit(client, actor, { organizationId, action: 'build.approved', subject, details })
    await queueApproval(client, build.id)
    return true
  })
  const isTaken = await applyApproval(engine, build.id)
  // Somebody else approved it at the same time.
  if (!isFirst && !isTaken) throw nothingToApprove()
}

/** Gives whether the build was waiting for it; may be called again. */
export async function applyApproval(engine: BuildEngine, buildId: string): Promise<boolean> {
  const applied = await engine.store.apply(buildId, [{ type: 'approve', at: now() }])
  return applied?.taken[0] === true
}

function nothingToApprove(): Error {
  return apiError('approval_not_pending', 'The build is not waiting for approval.')
}
