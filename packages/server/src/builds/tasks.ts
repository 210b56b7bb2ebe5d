import type { TaskList } from 'graphile-worker'
import type { Logger } from 'pino'
import { findForgotten } from './approval-store.ts'
import { type ApprovalServices, applyApproval } from './approve-build.ts'

interface ApprovalTaskServices extends ApprovalServices {
  readonly log: Logger
}

const patienceMs = 14 * 24 * 3600 * 1000
const batch = 500

export const approvalCrontab = ['7 * * * * expire_approvals']

/** What happens to approvals besides requests. */
export function approvalTasks({ pool, engine, log }: ApprovalTaskServices): TaskList {
  return {
    apply_approval: async (payload) => {
      await applyApproval(engine, readBuildId(payload))
    },
    expire_approvals: async () => {
      log.info({ builds: await expireApprovals({ pool, engine }, new Date()) }, 'approvals that nobody gave in time')
    },
  }
}

/** Ends the builds that nobody has approved within two weeks (`http.md` 11.4). Gives how many. */
export async function expireApprovals({ pool, engine }: ApprovalServices, now: Date): Promise<number> {
  const before = new Date(now.getTime() - patienceMs)
  let expired = 0
  for (;;) {
    const ids = await findForgotten(pool, before, batch)
    for (const id of ids) await engine.store.apply(id, [{ type: 'approval_expired', at: now.getTime() }])
    expired += ids.length
    if (ids.length < batch) return expired
  }
}

function readBuildId(payload: unknown): string {
  if (typeof payload === 'object' && payload !== null && 'build_id' in payload && typeof payload.build_id === 'string')
    return payload.build_id
  throw new Error('expected a payload with `build_id`')
}
