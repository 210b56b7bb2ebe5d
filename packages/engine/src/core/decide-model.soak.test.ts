import { scaled, seed } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { untilSeen } from '../until-seen.test-support.ts'
import { createBuild } from './create-build.ts'
import { decide } from './decide.ts'
import type { DecideContext } from './draft.ts'
import { foldBuild } from './fold-build.ts'
import { defaultLimits } from './limits.ts'
import { evolve, type LiveBuild, liveBuild, viewBuild } from './live-build.ts'
import type { AppendRequest, BuildEvent, Effect, Job } from './model.ts'
import { generatorsOf, waitersFor } from './prerequisites.ts'
import { dice, type RandomBuild, randomAppend, randomBuild } from './random-plan.test-support.ts'
import { type ModelAppend, type ModelEvent, ReferenceModel } from './reference-model.test-support.ts'
import { isBuildTerminal, isHeld, isTerminal } from './states.ts'

function fixedIds(failFast: boolean): DecideContext {
  let next = 0
  return { newId: () => `j${next++}`, limits: defaultLimits, ...(failFast ? { failFast } : {}) }
}

/** A build, its reference model, and all effects so far. */
class Run {
  readonly context: DecideContext
  readonly live: LiveBuild
  readonly model: ReferenceModel
  readonly effects: Effect[]
  readonly everyJob = new Map<string, Job>()
  /** Rare situations that the run has reached. */
  readonly corners = new Set<string>()
  at = 1000

  constructor({ plan, conditions, held }: RandomBuild, failFast = false) {
    this.context = fixedIds(failFast)
    const from = { kind: 'plan', plan, conditions } as const
    const created = createBuild({ id: 'b', queue: 'q', at: this.at, held, from }, this.context)
    this.live = liveBuild(created.build)
    this.model = new ReferenceModel(plan, conditions, held, this.at, failFast)
    this.effects = [...created.effects]
    this.keep(created.build.jobs)
    this.compare()
  }

  apply(event: BuildEvent, modelEvent: ModelEvent | null): boolean {
    const before = this.parts()
    const { taken, change, effects } = decide(this.live, event, this.context)
    expect(this.parts().every((part, index) => part === before[index])).toBe(true)
    const expected = modelEvent === null ? false : this.model.apply(modelEvent)
    if (taken !== expected) expect({ event, taken }).toEqual({ event, taken: expected })
    if (!taken) expect([change.jobs, change.attempts, effects]).toEqual([[], [], []])
    for (const job of change.jobs) this.checkAbsorbing(job, event)
    evolve(this.live, change)
    this.noteAppended(change.appended.length)
    this.keep([...change.jobs, ...change.attempts])
    this.effects.push(...effects)
    if (taken) this.compare()
    return taken
  }

  private noteAppended(count: number): void {
    const { steps, jobs } = this.live
    if (count === 0) return
    const generators = generatorsOf(steps, steps.length - 1)
    this.corners.add(`generation ${generators.length}`)
    if (waitersFor(steps, generators).some((slot) => jobs[slot]?.state === 'pending')) this.corners.add('waits for it')
  }

  /** Returns the parts of the build that a decision must not change; jobs are frozen. */
  private parts(): readonly unknown[] {
    const { header, jobs, unmet, tally } = this.live
    return [header, tally, ...jobs, ...unmet]
  }

  private keep(jobs: readonly Job[]): void {
    for (const job of jobs) this.everyJob.set(job.id, Object.freeze(job))
    Object.freeze(this.live.header)
    Object.freeze(this.live.tally)
  }

  private checkAbsorbing(job: Job, event: BuildEvent): void {
    const before = this.everyJob.get(job.id)
    if (before && isTerminal(before.state) && event.type !== 'retry') {
      throw new Error(`${job.id} left ${before.state} for ${job.state} on ${event.type}`)
    }
  }

  private compare(): void {
    const seen = this.live.jobs.map((j) => [
      j.state,
      j.attempt,
      j.fence,
      j.lost,
      j.errorCode,
      j.skipReason,
      j.softFailed,
    ])
    const model = this.model.jobs.map((j) => [j.state, j.attempt, j.fence, j.lost, j.error, j.reason, j.soft])
    // Lets `expect` search for a difference only if there is one, because the search is slow.
    if (JSON.stringify(seen) !== JSON.stringify(model)) expect(seen).toEqual(model)
    expect(this.live.header.state).toBe(this.model.buildState())
    expect(this.live.header.errorCode).toBe(this.model.error)
    expect(this.live.header.finishedAt !== null).toBe(this.model.over())
    expect(this.live.header.held).toBe(this.model.held)
    expect(this.live.header.deadlineAt ?? Number.POSITIVE_INFINITY).toBe(
      this.model.over() ? Number.POSITIVE_INFINITY : this.model.deadline,
    )
  }
}

/** Returns one random event, which fits the build in most cases. */
function randomEvent(run: Run, roll: () => number, persons = true): readonly [BuildEvent, ModelEvent | null] {
  run.at += Math.floor(roll() * 4000)
  const { at } = run
  const kind = roll()
  if (kind < 0.01)
    return [
      { type: 'cancel', at },
      { type: 'cancel', at },
    ]
  if (kind < 0.03)
    return [
      { type: 'build_deadline', at },
      { type: 'build_deadline', at },
    ]
  if (kind < (run.model.held ? 0.2 : 0.04)) {
    const event = { type: roll() < 0.8 ? ('approve' as const) : ('approval_expired' as const), at }
    return [event, event]
  }
  // Usually refused, because something runs most of the time.
  if (kind > (run.live.jobs.some((job) => isHeld(job.state)) ? 0.99 : 0.9)) {
    const since = at - Math.floor(roll() * 3000)
    return [
      { type: 'abandon', at, since, reasons: {} },
      { type: 'abandon', at, since },
    ]
  }
  if (kind < 0.05) {
    const old = [...run.everyJob.values()].filter((job) => run.live.slots.get(job.id) === undefined)
    const job = old[Math.floor(roll() * old.length)]
    if (job) return [{ type: 'started', job: job.id, fence: job.fence, at }, null]
  }
  const lively = run.live.jobs.filter((job) => job.state !== 'pending' && !isTerminal(job.state))
  const pool = lively.length > 0 && roll() < 0.95 ? lively : run.live.jobs
  const job = pool[Math.floor(roll() * pool.length)]
  if (!job || job.step === null) throw new Error('a build without jobs')
  const { step, id } = job
  const fence = roll() < 0.05 ? job.fence - 1 : job.state === 'scheduled' ? job.fence + 1 : job.fence
  const both = (event: BuildEvent & { fence?: number }, model: ModelEvent): readonly [BuildEvent, ModelEvent] => [
    event,
    model,
  ]
  const simple = (type: 'leased' | 'started' | 'lease_lost') =>
    both({ type, job: id, fence, at }, { type, step, fence, at })
  const timed = (type: 'job_deadline' | 'kill_overdue' | 'retry') => both({ type, job: id, at }, { type, step, at })
  const appends = appendsOf(run, step, roll)
  const exit = (code: number | null, signal: string | null, oom = false) =>
    both(
      {
        type: 'ended',
        job: id,
        fence,
        at,
        outcome: { kind: 'exited', exitCode: code, signal, limit: oom ? 'memory' : null, snapshot: null },
        ...appends.event,
      },
      { type: 'exit', step, fence, at, code, signal, oom, ...appends.model },
    )
  const pick = roll()
  if (pick < 0.05) return timed('job_deadline')
  if (pick < 0.1) return timed('kill_overdue')
  if (pick < 0.16) return simple('lease_lost')
  if (pick < 0.18 && persons) return timed('retry')
  if (pick < 0.23) {
    return both(
      { type: 'ended', job: id, fence, at, outcome: { kind: 'cached', snapshot: 'x' }, ...appends.event },
      { type: 'cached', step, fence, at, ...appends.model },
    )
  }
  if (pick < 0.27) {
    const outcome = { kind: 'refused', code: 'provision_failed', message: 'm' } as const
    return both({ type: 'ended', job: id, fence, at, outcome }, { type: 'refused', step, fence, at })
  }
  if (pick < 0.28) {
    const buildError = { code: 'source_invalid', message: 'm' }
    const outcome = { kind: 'refused', code: 'provision_failed', message: 'm', buildError } as const
    return both({ type: 'ended', job: id, fence, at, outcome }, { type: 'condemned', step, fence, at })
  }
  if (job.state === 'scheduled') return simple('leased')
  if (job.state === 'assigned') return simple('started')
  const how = roll()
  if (how < 0.6) return exit(0, null)
  if (how < 0.8) return exit([1, 2, 75, 3][Math.floor(roll() * 4)] ?? 1, null)
  if (how < 0.88) return exit(null, roll() < 0.5 ? 'SIGKILL' : 'SIGSEGV')
  return how < 0.94 ? exit(137, 'SIGKILL', true) : exit(null, null)
}

/**
 * Returns the generator's append request, for the engine and for the model; empty for other steps.
 */
function appendsOf(
  { live }: Run,
  step: number,
  roll: () => number,
): { readonly event: { readonly appends?: AppendRequest }; readonly model: { readonly appends?: ModelAppend } } {
  if (live.steps[step]?.append === undefined || roll() < 0.02) return { event: {}, model: {} }
  const asked = randomAppend(live.steps, roll)
  return { event: { appends: { kind: 'steps', ...asked } }, model: { appends: asked } }
}

/** Ends all jobs as a working runner would. */
function drain(run: Run, roll: () => number): number {
  let events = 0
  while (!isBuildTerminal(run.live.header.state)) {
    if (run.model.held) run.apply({ type: 'approve', at: run.at }, { type: 'approve', at: run.at })
    const job = run.live.jobs.find((each) => each.state !== 'pending' && !isTerminal(each.state))
    if (!job || job.step === null) throw new Error(`stuck: ${JSON.stringify(run.live.jobs.map((each) => each.state))}`)
    run.at = Math.max(run.at + 1, job.notBefore ?? 0)
    const { at } = run
    const { step, id, fence } = job
    if (job.state === 'scheduled')
      run.apply({ type: 'leased', job: id, fence: fence + 1, at }, { type: 'leased', step, fence: fence + 1, at })
    else if (job.state === 'assigned')
      run.apply({ type: 'started', job: id, fence, at }, { type: 'started', step, fence, at })
    else {
      const code = roll() < 0.8 ? 0 : 1
      const outcome = { kind: 'exited', exitCode: code, signal: null, limit: null, snapshot: null } as const
      const appends = appendsOf(run, step, roll)
      run.apply(
        { type: 'ended', job: id, fence, at, outcome, ...appends.event },
        { type: 'exit', step, fence, at, code, signal: null, oom: false, ...appends.model },
      )
    }
    events++
  }
  return events
}

function play(build: RandomBuild, seed: number, { persons = true, failFast = false } = {}): Run {
  const run = new Run(build, failFast)
  const roll = dice(seed)
  const length = Math.floor(roll() * 6 * build.plan.steps.length)
  for (let n = 0; n < length; n++) {
    run.apply(...randomEvent(run, roll, persons))
    if (isBuildTerminal(run.live.header.state) && roll() < 0.7) break
  }
  return run
}

/** Does not shrink: that could take an hour for graphs of 200 steps. */
const unshrunk = { endOnFailure: true }

/** Number of builds per round of the first test. */
const runs = scaled(60)

const seeds = fc.integer({ min: 0, max: 2 ** 31 })

const corners = [
  'failed sandbox_lost false',
  'failed out_of_memory true',
  'timed_out pipeline_timeout false',
  'timed_out step_timeout false',
  'failed build_abandoned false',
  'canceled null false',
  'skipped null false',
  'build source_invalid',
  'build pipeline_timeout',
  'build approval_expired',
  'build build_abandoned',
  'failed append_refused false',
]

test(
  'G03 G117 random graphs of up to 200 steps agree with a small model, whatever happens to their jobs',
  async () => {
    const seen = new Set<string>()
    const property = fc.property(randomBuild(200), seeds, (build, roll) => {
      const run = play(build, roll)
      for (const job of run.everyJob.values()) seen.add(`${job.state} ${job.errorCode} ${job.softFailed}`)
      seen.add(`build ${run.live.header.errorCode}`)
    })
    await untilSeen(corners, seen, (go) => {
      fc.assert(property, { numRuns: runs, seed: seed + go, ...unshrunk })
    })
  },
  60_000 + runs * 1_000,
)

test('builds that stop at their first failure agree with a small model and end', () => {
  const builds = scaled(60)
  let stopped = 0
  fc.assert(
    fc.property(randomBuild(60), seeds, (build, seed) => {
      const run = play(build, seed, { failFast: true })
      drain(run, dice(seed + 3))
      for (const job of run.everyJob.values()) if (job.skipReason === 'stopped') stopped++
    }),
    { numRuns: scaled(60), ...unshrunk },
  )
  expect(stopped).toBeGreaterThan(builds / 2)
})

test('G117 every build ends when its leased jobs end, in a number of events bounded by its attempts', async () => {
  const seen = new Set<string>()
  const property = fc.property(randomBuild(60), seeds, (build, seed) => {
    const run = play(build, seed)
    const events = drain(run, dice(seed + 1))
    expect(events).toBeLessThanOrEqual(3 * run.live.steps.length * 5)
    expect(run.effects.filter((effect) => effect.type === 'build_ended').length).toBeGreaterThan(0)
    for (const corner of run.corners) seen.add(corner)
  })
  await untilSeen(['generation 3', 'waits for it'], seen, (go) => {
    fc.assert(property, { numRuns: scaled(60), seed: seed + go, ...unshrunk })
  })
})

test('a job is announced as ready once for each attempt and once for each lost lease', () => {
  fc.assert(
    fc.property(randomBuild(60), seeds, (build, seed) => {
      // Without manual retries: they make a skipped job wait and become ready again.
      const run = play(build, seed, { persons: false })
      drain(run, dice(seed + 2))
      const about = (type: Effect['type'], job: Job) =>
        run.effects.filter((effect) => effect.type === type && 'job' in effect && effect.job === job.id)
      for (const job of run.everyJob.values()) {
        const restarts = about('remark', job).filter(
          (effect) => 'text' in effect && /\(restart \d/.test(effect.text),
        ).length
        expect(about('ready', job).length).toBe(job.scheduledAt === null ? 0 : 1 + restarts)
        expect(about('job_ended', job).length).toBe(1)
      }
      expect(run.effects.filter((effect) => effect.type === 'build_ended').length).toBe(1)
    }),
    { numRuns: scaled(30), ...unshrunk },
  )
})

test('G10 the state of a build always equals the fold of its jobs, and cached values equal their sources', () => {
  fc.assert(
    fc.property(randomBuild(50), seeds, (build, seed) => {
      const run = new Run(build)
      const roll = dice(seed)
      for (let n = 0; n < 4 * build.plan.steps.length; n++) {
        run.apply(...randomEvent(run, roll))
        const { live } = run
        expect(live.header.state).toBe(foldBuild(live.jobs, { ...live.header, render: live.render }))
        const derived = liveBuild(viewBuild(live))
        expect(live.tally).toEqual(derived.tally)
        expect(live.slots).toEqual(derived.slots)
        for (const [slot, job] of live.jobs.entries()) {
          if (job.state === 'pending') expect(live.unmet[slot]).toBe(derived.unmet[slot])
        }
      }
    }),
    { numRuns: scaled(20), ...unshrunk },
  )
})

test('G07 cancelling an ended build changes nothing', () => {
  fc.assert(
    fc.property(randomBuild(30), seeds, (build, seed) => {
      const run = play(build, seed)
      drain(run, dice(seed))
      const before = structuredClone(viewBuild(run.live))
      expect(run.apply({ type: 'cancel', at: run.at + 1 }, { type: 'cancel', at: run.at + 1 })).toBe(false)
      expect(viewBuild(run.live)).toEqual(before)
    }),
    { numRuns: scaled(30), ...unshrunk },
  )
})
