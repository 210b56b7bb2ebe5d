import { schedule, unmetAt } from './advance.ts'
import { decideCancel } from './decide-stop.ts'
import { currentJob, type Draft } from './draft.ts'
import { deadlineFrom } from './lay-out.ts'
import { RENDER } from './live-build.ts'
import { isBuildTerminal } from './states.ts'

/** A person lets a held build run: what waits for nothing else becomes ready, and the build's time begins. */
export function decideApprove(draft: Draft): boolean {
  if (!isWaiting(draft)) return false
  const header = { ...draft.header, held: false }
  draft.header = { ...header, deadlineAt: deadlineFrom(header, draft.at) }
  if (draft.live.render?.state === 'pending') schedule(draft, RENDER, null, null)
  for (const slot of draft.live.jobs.keys()) {
    if (currentJob(draft, slot).state === 'pending' && unmetAt(draft, slot) === 0) schedule(draft, slot, null, null)
  }
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
