import { isBuildTerminal } from '@harmont/engine'
import { now } from '@harmont/sandbox'
import type pg from 'pg'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { apiError } from '../../platform/http/index.ts'
import type { BuildEngine } from '../engine/build-engine.ts'
import type { BuildRow } from '../records/store.ts'

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
 * Starts a held build. Writes the approval first, together with a task that applies it if this
 * process dies in between. Throws 409 `approval_not_pending` if the build is not waiting for
 * approval.
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
  // Another request approved it at the same time.
  if (!isFirst && !isTaken) throw nothingToApprove()
}

/** Returns whether the build was waiting for approval. Idempotent. */
export async function applyApproval(engine: BuildEngine, buildId: string): Promise<boolean> {
  const applied = await engine.store.builds.apply(buildId, [{ type: 'approve', at: now() }])
  return applied?.taken[0] === true
}

function nothingToApprove(): Error {
  return apiError('approval_not_pending', 'The build is not waiting for approval.')
}

/** Records who approved a build; false if it was approved already. */
async function recordApproval(database: Database, buildId: string, userId: string | null): Promise<boolean> {
  const { rowCount } = await database.query(
    `update build_records set approved_by = $2, approved_at = date_trunc('milliseconds', now())
      where id = $1 and approved_at is null`,
    [buildId, userId],
  )
  return rowCount === 1
}

/** Queues the approval for a worker, in case this process dies. */
async function queueApproval(database: Database, buildId: string): Promise<void> {
  await database.query(
    "select graphile_worker.add_job('apply_approval', json_build_object('build_id', $1::text), job_key := 'approval/' || $1)",
    [buildId],
  )
}

/** Finds builds that have waited for approval since before this instant. */
export async function findForgotten(database: Database, before: Date, limit: number): Promise<readonly string[]> {
  const { rows } = await database.query<{ id: string }>({
    name: 'find-forgotten-approvals',
    text: 'select id from engine.builds where finished_at is null and held and created_at < $1 limit $2',
    values: [before, limit],
  })
  return rows.map(({ id }) => id)
}
