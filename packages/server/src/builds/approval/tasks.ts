import { now } from '@harmont/sandbox'
import type { TaskList } from 'graphile-worker'
import type { Logger } from 'pino'
import { inBatches } from '../../platform/worker/in-batches.ts'
import { readText } from '../../platform/worker/payload.ts'
import { type ApprovalServices, applyApproval, findForgotten } from './approve-build.ts'

interface ApprovalTaskServices extends ApprovalServices {
  readonly log: Logger
}

const patienceMs = 14 * 24 * 3600 * 1000
const batch = 500

export const approvalCrontab = ['7 * * * * expire_approvals']

/** The tasks that apply and expire approvals. */
export function approvalTasks({ pool, engine, log }: ApprovalTaskServices): TaskList {
  return {
    apply_approval: async (payload) => {
      await applyApproval(engine, readText(payload, 'build_id'))
    },
    expire_approvals: async () => {
      log.info({ builds: await expireApprovals({ pool, engine }, new Date(now())) }, 'expired approvals')
    },
  }
}

/** Cancels builds that were not approved within two weeks (`http.md` 11.4). Returns how many. */
export async function expireApprovals({ pool, engine }: ApprovalServices, now: Date): Promise<number> {
  const before = new Date(now.getTime() - patienceMs)
  return inBatches(batch, async (limit) => {
    const ids = await findForgotten(pool, before, limit)
    for (const id of ids) await engine.store.builds.apply(id, [{ type: 'approval_expired', at: now.getTime() }])
    return ids.length
  })
}
