/** Decides when a build that is held back may run: after an approval, and with a place in its group. */
import { schedule, scheduleReady } from './advance.ts'
import type { BuildGroup } from './build-group.ts'
import { decideCancel } from './decide-stop.ts'
import type { Draft } from './draft.ts'
import { deadlineFrom } from './lay-out.ts'
import { type BuildHeader, RENDER } from './live-build.ts'
import type { Instant } from './model.ts'
import { isBuildTerminal } from './states.ts'

/** The build as a member of its group from now on: it waits for a place, but for one that waits for approval first. */
export function joinGroup(header: BuildHeader, group: BuildGroup | null, turn: Instant): BuildHeader {
  if (group === null) return header
  return { ...header, group, groupTurn: turn, awaitsPlace: !header.held }
}

/** The build gets a place in its group: what waits for nothing else becomes ready, and its time begins. */
export function decideAdmit(draft: Draft): boolean {
  if (!draft.header.awaitsPlace || isBuildTerminal(draft.header.state)) return false
  const header = { ...draft.header, awaitsPlace: false }
  draft.header = { ...header, deadlineAt: deadlineFrom(header, draft.at) }
  scheduleReady(draft)
  return true
}

/** A newer build of the group wants its place: it ends as if canceled, and says why. */
export function decideSupersede(draft: Draft): boolean {
  if (!decideCancel(draft)) return false
  const errorMessage = `Superseded by a newer build in the concurrency group \`${draft.header.group?.name}\`.`
  draft.header = { ...draft.header, errorCode: 'superseded', errorMessage }
  return true
}

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
