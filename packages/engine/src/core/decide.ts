/**
 * Decides the effects of an event on a build: a pure function from build and event to change and
 * effects (`engine.md` 1). Uses no clock and no promise, and does not change its input. Refuses an
 * event that does not fit instead of throwing: late and repeated events are normal.
 */
import { decideAbandon } from './decide-abandon.ts'
import { decideAdmit, decideApprovalExpired, decideApprove, decideSupersede } from './decide-admission.ts'
import { decideEnded, decideRendered, decideRenderFailed } from './decide-ended.ts'
import {
  decideCommandEnded,
  decideLeased,
  decideLeaseLost,
  decideServices,
  decideStarted,
  decideSubstituted,
} from './decide-lease.ts'
import { decideRetry } from './decide-retry.ts'
import { decideBuildDeadline, decideCancel, decideJobDeadline, decideKillOverdue, stopRest } from './decide-stop.ts'
import { closeDraft, type DecideContext, type Decision, type Draft, openDraft } from './draft.ts'
import { type LiveBuild, RENDER, type Slot } from './live-build.ts'
import type { BuildEvent } from './model.ts'
import { decideFilesApart, decideHolderGone } from './placement/decide-holder-gone.ts'

/** Decides one event. The cost is proportional to the changed jobs and their outgoing edges. */
export function decide(live: LiveBuild, event: BuildEvent, context: DecideContext): Decision {
  const draft = openDraft(live, context, event.at)
  if (!takes(draft, event)) return refused(live)
  if (context.failFast && draft.tally.hardFailures > live.tally.hardFailures) stopRest(draft)
  return closeDraft(draft)
}

function takes(draft: Draft, event: BuildEvent): boolean {
  if (event.type === 'cancel') return decideCancel(draft)
  if (event.type === 'approve') return decideApprove(draft)
  if (event.type === 'approval_expired') return decideApprovalExpired(draft)
  if (event.type === 'admit') return decideAdmit(draft)
  if (event.type === 'supersede') return decideSupersede(draft)
  if (event.type === 'abandon') return decideAbandon(draft, event)
  if (event.type === 'build_deadline') return decideBuildDeadline(draft)
  if (event.type === 'holder_gone') return decideHolderGone(draft, event)
  const slot = draft.live.slots.get(event.job)
  return slot !== undefined && takesJobEvent(draft, slot, event)
}

function takesJobEvent(draft: Draft, slot: Slot, event: Extract<BuildEvent, { readonly job: string }>): boolean {
  switch (event.type) {
    case 'leased':
      return decideLeased(draft, slot, event, event.runner ?? null)
    case 'started':
      return decideStarted(draft, slot, event)
    case 'substituted':
      return decideSubstituted(draft, slot, event, event.image)
    case 'services':
      return decideServices(draft, slot, event, event.services)
    case 'command_ended':
      return decideCommandEnded(draft, slot, event)
    case 'ended':
      return decideEnded(draft, slot, event)
    case 'lease_lost':
      return decideLeaseLost(draft, slot, event)
    case 'job_deadline':
      return decideJobDeadline(draft, slot)
    case 'kill_overdue':
      return decideKillOverdue(draft, slot)
    case 'files_apart':
      return decideFilesApart(draft, slot, event)
    case 'retry':
      return slot !== RENDER && decideRetry(draft, slot)
    case 'rendered':
      return slot === RENDER && decideRendered(draft, event)
    case 'render_failed':
      return slot === RENDER && decideRenderFailed(draft, event)
  }
}

function refused(live: LiveBuild): Decision {
  const nothing = { steps: null, appended: [], jobs: [], attempts: [], unmet: new Map() }
  const change = { header: live.header, ...nothing, tally: live.tally }
  return { taken: false, change, effects: [] }
}
