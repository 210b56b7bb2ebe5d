import type { Plan } from '@harmont/ir'
import type { BuildGroup } from './build-group.ts'
import { joinGroup } from './decide-admission.ts'
import { type DecideContext, groupDue } from './draft.ts'
import { foldTally } from './fold-build.ts'
import { deadlineFrom, layOut } from './lay-out.ts'
import type { BuildHeader } from './live-build.ts'
import type { Build, Effect, Instant } from './model.ts'
import { newJob } from './new-job.ts'
import { isBuildTerminal } from './states.ts'

export interface NewBuild {
  readonly id: string
  readonly queue: string
  /** Id of the pipeline for limits and groups; absent for a build without one. */
  readonly pipeline?: string
  readonly at: Instant
  /**
   * Whether the build waits for approval. Until then none of its jobs is ready, not even the
   * rendering job.
   */
  readonly held: boolean
  readonly from:
    | {
        readonly kind: 'plan'
        readonly plan: Plan
        readonly conditions: readonly boolean[]
        /** Group of the plan, with its name filled in. */
        readonly group?: BuildGroup | undefined
      }
    /** The steps are unknown until a job renders them. */
    | { readonly kind: 'render' }
    /** The input cannot be run, so the build fails without jobs. */
    | { readonly kind: 'rejected'; readonly code: string; readonly message: string }
}

export interface Created {
  readonly build: Build
  readonly effects: readonly Effect[]
}

/** Makes a build. A build in which all steps are skipped has passed. */
export function createBuild(request: NewBuild, context: DecideContext): Created {
  const { from, at } = request
  const header = newHeader(request)
  switch (from.kind) {
    case 'plan': {
      const { timeoutSeconds } = from.plan
      const joined = joinGroup({ ...header, timeoutSeconds }, from.group ?? null, at)
      const deadlineAt = deadlineFrom(joined, at)
      const { steps, jobs, tally, effects } = layOut(joined, from.plan, from.conditions, context, at)
      const state = foldTally(tally, { ...joined, render: null })
      const made = { ...joined, state, deadlineAt, steps, jobs, render: null }
      if (!isBuildTerminal(state)) return { build: made, effects: [...effects, ...groupDue(null, made)] }
      return { build: { ...made, finishedAt: at, deadlineAt: null }, effects: [...effects, { type: 'build_ended' }] }
    }
    case 'render': {
      const waiting = newJob(context.newId(), null, at)
      if (header.held) return { build: { ...header, steps: [], jobs: [], render: waiting }, effects: [] }
      const render = { ...waiting, state: 'scheduled', scheduledAt: at } as const
      const ready: Effect = { type: 'ready', job: render.id, notBefore: null }
      return { build: { ...header, steps: [], jobs: [], render }, effects: [ready] }
    }
    case 'rejected': {
      const { code: errorCode, message: errorMessage } = from
      const end = { state: 'failed', errorCode, errorMessage, finishedAt: at } as const
      return { build: { ...header, ...end, steps: [], jobs: [], render: null }, effects: [{ type: 'build_ended' }] }
    }
  }
}

function newHeader({ id, queue, pipeline = '', at, held }: NewBuild): BuildHeader {
  return {
    id,
    queue,
    pipeline,
    state: 'scheduled',
    cancelRequested: false,
    held,
    group: null,
    groupTurn: null,
    awaitsPlace: false,
    errorCode: null,
    errorMessage: null,
    createdAt: at,
    queuedAt: at,
    startedAt: null,
    finishedAt: null,
    idleMs: 0,
    deadlineAt: null,
    timeoutSeconds: null,
  }
}
