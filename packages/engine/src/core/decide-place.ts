import { scheduleReady } from './advance.ts'
import type { BuildGroup } from './build-group.ts'
import { decideCancel } from './decide-stop.ts'
import type { Draft } from './draft.ts'
import { deadlineFrom } from './lay-out.ts'
import type { BuildHeader } from './live-build.ts'
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
