/** Decides when a held-back build may run: it needs its approval and a place in its group. */
import { schedule, scheduleReady } from './advance.ts'
import type { BuildGroup } from './build-group.ts'
import { decideCancel } from './decide-stop.ts'
import type { Draft } from './draft.ts'
import { deadlineFrom } from './lay-out.ts'
import { type BuildHeader, RENDER } from './live-build.ts'
import type { Instant } from './model.ts'
import { isBuildTerminal } from './states.ts'

/**
 * Returns the build's header as a member of its group. The build waits for a place, unless it waits
 * for approval first.
 */
export function joinGroup(header: BuildHeader, group: BuildGroup | null, turn: Instant): BuildHeader {
  if (group === null) return header
  return { ...header, group, groupTurn: turn, awaitsPlace: !header.held }
}

/**
 * Admits the build to its group: jobs without open prerequisites become ready, and the build's time
 * begins.
 */
export function decideAdmit(draft: Draft): boolean {
  if (!draft.header.awaitsPlace || isBuildTerminal(draft.header.state)) return false
  const header = { ...draft.header, awaitsPlace: false }
  draft.header = { ...header, deadlineAt: deadlineFrom(header, draft.at) }
  scheduleReady(draft)
  return true
}

/** Ends the build as canceled because a newer build of the group claims its place. */
export function decideSupersede(draft: Draft): boolean {
  if (!decideCancel(draft)) return false
  const errorMessage = `Superseded by a newer build in the concurrency group \`${draft.header.group?.name}\`.`
  draft.header = { ...draft.header, errorCode: 'superseded', errorMessage }
  return true
}

/**
 * Approves a held build: jobs without open prerequisites become ready, and the build's time begins.
 * A build with a group first waits for a place.
 */
export function decideApprove(draft: Draft): boolean {
  if (!isWaiting(draft)) return false
  const { group, createdAt } = draft.header
  const header = joinGroup({ ...draft.header, held: false }, group, createdAt)
  draft.header = { ...header, deadlineAt: deadlineFrom(header, draft.at) }
  if (draft.live.render?.state === 'pending') schedule(draft, RENDER, null, null)
  scheduleReady(draft)
  return true
}

/** Ends the build as canceled because nobody approved it in time. */
export function decideApprovalExpired(draft: Draft): boolean {
  if (!isWaiting(draft) || !decideCancel(draft)) return false
  const errorMessage = 'Nobody approved the build in time.'
  draft.header = { ...draft.header, errorCode: 'approval_expired', errorMessage }
  return true
}

function isWaiting({ header }: Draft): boolean {
  return header.held && !isBuildTerminal(header.state)
}
