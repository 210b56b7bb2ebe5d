import { schedule, scheduleReady } from './advance.ts'
import { joinGroup } from './decide-place.ts'
import { decideCancel } from './decide-stop.ts'
import type { Draft } from './draft.ts'
import { deadlineFrom } from './lay-out.ts'
import { RENDER } from './live-build.ts'
import { isBuildTerminal } from './states.ts'

/** A person lets a held build run: what waits for nothing else becomes ready, and the build's time begins. One with a group waits for a place there first. */
export function decideApprove(draft: Draft): boolean {
  if (!isWaiting(draft)) return false
  const { group, createdAt } = draft.header
  const header = joinGroup({ ...draft.header, held: false }, group, createdAt)
  draft.header = { ...header, deadlineAt: deadlineFrom(header, draft.at) }
  if (draft.live.render?.state === 'pending') schedule(draft, RENDER, null, null)
  scheduleReady(draft)
  return true
}

/** Nobody approved the build in time: it ends as if canceled, and says why. */
export function decideApprovalExpired(draft: Draft): boolean {
  if (!isWaiting(draft) || !decideCancel(draft)) return false
  const errorMessage = 'Nobody approved the build in time.'
  draft.header = { ...draft.header, errorCode: 'approval_expired', errorMessage }
  return true
}

function isWaiting({ header }: Draft): boolean {
  return header.held && !isBuildTerminal(header.state)
}
