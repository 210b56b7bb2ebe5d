/** Creates builds that tests apply events to. */
import type { PlannedStep } from '@harmont/ir'
import { createBuild, type NewBuild } from './create-build.ts'
import { decide } from './decide.ts'
import type { DecideContext, Decision } from './draft.ts'
import { defaultLimits } from './limits.ts'
import { evolve, jobAt, type LiveBuild, liveBuild } from './live-build.ts'
import type { BuildEvent, Effect, Job, Outcome } from './model.ts'
import { plainPlan } from './random-plan.test-support.ts'

export interface Scene {
  readonly live: LiveBuild
  readonly effects: Effect[]
  at: number
  /** Returns the newest attempt of a step, or the rendering job for -1. */
  job(step: number): Job
  states(): string
  play(event: BuildEvent): Decision
  lease(step: number): boolean
  start(step: number): boolean
  end(step: number, exit?: Partial<Extract<Outcome, { readonly kind: 'exited' }>>): boolean
  report(step: number, outcome: Outcome): boolean
  /** Leases, starts and ends a step. */
  run(step: number, exitCode?: number): void
  lose(step: number): boolean
}

/** Opens a scene with a build of these steps. */
export function scene(
  steps: readonly Partial<PlannedStep>[],
  timeoutSeconds: number | null = null,
  conditions = steps.map(() => true),
): Scene {
  return sceneFrom({ kind: 'plan', plan: plainPlan(steps, timeoutSeconds), conditions })
}

/** Opens a scene with a build of any kind. */
export function sceneFrom(from: NewBuild['from'], held = false, policy: Pick<DecideContext, 'failFast'> = {}): Scene {
  let next = 0
  const context = { newId: () => `job-${next++}`, limits: defaultLimits, ...policy }
  const created = createBuild({ id: 'b', queue: 'q', at: 1000, held, from }, context)
  const live = liveBuild(created.build)
  const self: Scene = {
    live,
    effects: [...created.effects],
    at: 1000,
    job: (step) => jobAt(live, step),
    states: () => live.jobs.map((job) => job.state).join(' '),
    play(event) {
      const decision = decide(live, event, context)
      evolve(live, decision.change)
      self.effects.push(...decision.effects)
      return decision
    },
    lease(step) {
      const { id, fence } = self.job(step)
      return self.play({ type: 'leased', job: id, fence: fence + 1, at: self.at }).taken
    },
    start(step) {
      const { id, fence } = self.job(step)
      return self.play({ type: 'started', job: id, fence, at: self.at }).taken
    },
    end(step, exit = {}) {
      return self.report(step, { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null, ...exit })
    },
    report(step, outcome) {
      const { id, fence } = self.job(step)
      return self.play({ type: 'ended', job: id, fence, at: self.at, outcome }).taken
    },
    run(step, exitCode = 0) {
      self.lease(step)
      self.start(step)
      self.end(step, { exitCode })
    },
    lose(step) {
      const { id, fence } = self.job(step)
      return self.play({ type: 'lease_lost', job: id, fence, at: self.at }).taken
    },
  }
  return self
}
