import { describe, expect, test } from 'vitest'
import { scene, sceneFrom } from './build-fixture.test-support.ts'
import type { BuildEvent } from './model.ts'
import { plainPlan } from './random-plan.test-support.ts'

describe('order', () => {
  test('G03 a step becomes ready when its last prerequisite has passed, not before', () => {
    const s = scene([{}, {}, { dependsOn: [0, 1] }])
    expect(s.states()).toBe('scheduled scheduled pending')
    s.run(0)
    expect(s.states()).toBe('passed scheduled pending')
    s.run(1)
    expect(s.states()).toBe('passed passed scheduled')
  })

  test('a failure skips all direct and indirect dependents, with the prerequisite as the reason', () => {
    const s = scene([{}, { buildsIn: 0 }, { dependsOn: [1] }, {}])
    s.run(0, 1)
    expect(s.states()).toBe('failed skipped skipped scheduled')
    expect(s.job(2).skipReason).toBe('prerequisite')
    expect(s.live.header.state).toBe('failing')
    s.run(3)
    expect(s.live.header.state).toBe('failed')
  })

  test('a step with a false condition skips the steps that build in it; steps that only depend on it continue', () => {
    const s = scene([{}, { dependsOn: [0] }, { buildsIn: 0 }], null, [false, true, true])
    expect(s.states()).toBe('skipped scheduled skipped')
    expect([s.job(0).skipReason, s.job(2).skipReason]).toEqual(['condition', 'prerequisite'])
    expect(s.live.header.state).toBe('scheduled')
  })

  test('a build in which all steps are skipped passes at its first instant and never starts', () => {
    const s = scene([{}, { dependsOn: [0] }], null, [false, false])
    expect(s.live.header).toMatchObject({ state: 'passed', startedAt: null, finishedAt: 1000 })
    expect(s.effects.map((effect) => effect.type)).toEqual(['job_ended', 'job_ended', 'build_ended'])
  })

  test('continue_on_failure waives the order, but a step needs a file system to build in', () => {
    const s = scene([{}, { dependsOn: [0], continueOnFailure: true }, { buildsIn: 0, continueOnFailure: true }])
    s.run(0, 1)
    expect(s.states()).toBe('failed scheduled skipped')
  })
})

describe('leases', () => {
  const exited = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null } as const
  const reports = (lease: { job: string; fence: number; leaseId?: string | null }): readonly BuildEvent[] =>
    [
      { ...lease, type: 'started' },
      { ...lease, type: 'substituted', image: 'i' },
      { ...lease, type: 'services', services: [] },
      { ...lease, type: 'command_ended' },
      { ...lease, type: 'ended', outcome: exited },
    ].map((event) => ({ ...event, at: 1000 }) as BuildEvent)

  test('G01 a report with the fencing number of the newest lease but another lease id changes nothing', () => {
    const s = scene([{}])
    const job = s.job(0).id
    s.play({ type: 'leased', job, fence: 1, leaseId: 'this', at: 1000 })
    for (const event of reports({ job, fence: 1, leaseId: 'that' })) expect(s.play(event).taken, event.type).toBe(false)
    expect(s.play({ type: 'lease_lost', job, fence: 1, leaseId: 'that', at: 1000 }).taken).toBe(false)
    for (const event of reports({ job, fence: 1, leaseId: 'this' })) expect(s.play(event).taken, event.type).toBe(true)
  })

  test('G53 a report of a runner without lease ids is matched by its fencing number', () => {
    const s = scene([{}])
    const job = s.job(0).id
    s.play({ type: 'leased', job, fence: 1, leaseId: 'this', at: 1000 })
    expect(s.play({ type: 'started', job, fence: 2, at: 1000 }).taken).toBe(false)
    for (const event of reports({ job, fence: 1, leaseId: null })) expect(s.play(event).taken, event.type).toBe(true)
  })
})

describe('failure', () => {
  test('a soft failure stays a failure of the job and leaves the build unharmed', () => {
    const s = scene([{ softFail: [75] }, { dependsOn: [0] }])
    s.run(0, 75)
    expect(s.job(0)).toMatchObject({ state: 'failed', softFailed: true, exitCode: 75, errorCode: null })
    s.run(1)
    expect(s.live.header.state).toBe('passed')
  })

  test('G72 a red step fails softly only if all its failed tests are in quarantine', () => {
    const asks = { tests: { forks: 10, budgetSeconds: 300, rerun: null, quarantine: true } }
    const end = (step: object, exit: object, failedTests = { count: 2, inQuarantine: 2, areWhole: true }) => {
      const s = scene([step, { dependsOn: [0] }])
      s.lease(0)
      s.start(0)
      const outcome = { kind: 'exited', exitCode: 1, signal: null, limit: null, snapshot: null, ...exit } as const
      s.play({ type: 'ended', job: s.job(0).id, fence: 1, at: s.at, outcome, failedTests })
      const remarks = s.effects.flatMap((effect) => (effect.type === 'remark' ? effect.text : []))
      return { state: `${s.job(0).state} ${s.job(0).softFailed} ${s.states()}`, remarks, job: s.job(0) }
    }
    const soft = end(asks, {})
    expect(soft.state).toBe('failed true failed scheduled')
    expect(soft.remarks).toEqual(['failed softly: 2 tests in quarantine'])
    expect(soft.job.errorMessage).toBe('Failed softly: 2 tests in quarantine.')
    const whole = { count: 2, inQuarantine: 2, areWhole: true }
    const red: readonly (readonly [step: object, exit: object, tests?: typeof whole])[] = [
      [{}, {}],
      [{ tests: { ...asks.tests, quarantine: false } }, {}],
      [asks, {}, { ...whole, inQuarantine: 1 }],
      [asks, {}, { ...whole, areWhole: false }],
      [asks, {}, { ...whole, count: 0, inQuarantine: 0 }],
      [asks, { exitCode: 137 }],
      [asks, { exitCode: null, signal: 'SIGSEGV' }],
      [asks, { limit: 'memory' }],
    ]
    for (const [step, exit, tests] of red)
      expect([step, exit, end(step, exit, tests).state]).toEqual([step, exit, 'failed false failed skipped'])
    expect(end({ ...asks, retry: { limit: 1, delaySeconds: 0 } }, {}).state).toBe('scheduled false scheduled pending')
    expect(end({ ...asks, softFail: true }, {}).job.errorMessage).toBe(null)
  })

  test('a failed or timed out step keeps its file system, but nothing builds in it, even after a soft failure', () => {
    const s = scene([{ softFail: true, timeoutSeconds: 5 }, { buildsIn: 0 }, { timeoutSeconds: 5 }])
    s.lease(0)
    s.start(0)
    s.end(0, { exitCode: 7, snapshot: 'left' })
    expect(s.job(0)).toMatchObject({ state: 'failed', softFailed: true, snapshot: 'left' })
    expect(s.job(1)).toMatchObject({ state: 'skipped', skipReason: 'prerequisite' })
    s.lease(2)
    s.start(2)
    s.play({ type: 'job_deadline', job: s.job(2).id, at: 100_000 })
    s.end(2, { exitCode: null, signal: 'SIGKILL', snapshot: 'late' })
    expect(s.job(2)).toMatchObject({ state: 'timed_out', exitCode: null, snapshot: 'late' })
  })

  test('a retry starts without any data of the failed attempt', () => {
    const s = scene([{ retry: { limit: 1, delaySeconds: 0 } }])
    s.lease(0)
    s.start(0)
    s.end(0, { exitCode: 1, snapshot: 'left' })
    expect(s.job(0)).toMatchObject({ attempt: 2, snapshot: null })
  })

  test('G08 a retry is a job of its own and waits its delay, and dependents wait for the last attempt', () => {
    const s = scene([{ retry: { limit: 1, delaySeconds: 10, exitCodes: [1] } }, { dependsOn: [0] }])
    const first = s.job(0).id
    s.run(0, 1)
    expect(s.job(0)).toMatchObject({ state: 'scheduled', attempt: 2, previousAttempt: first, notBefore: 11_000 })
    expect(s.job(1).state).toBe('pending')
    expect(s.lease(0)).toBe(false)
    s.at = 11_000
    s.run(0, 1)
    expect(s.states()).toBe('failed skipped')
  })

  test('a signal gives exit code 128 + its number, and its name is in the message', () => {
    const s = scene([{}])
    s.lease(0)
    s.start(0)
    s.end(0, { exitCode: null, signal: 'SIGSEGV' })
    expect(s.job(0)).toMatchObject({ state: 'failed', exitCode: 139, errorCode: null })
    expect(s.job(0).errorMessage).toContain('SIGSEGV')
  })

  test('a job fails with exit code 0 if its command passed but its file system could not be kept', () => {
    const s = scene([{}])
    s.lease(0)
    s.start(0)
    s.end(0, { snapshotError: 'disk full' })
    expect(s.job(0)).toMatchObject({
      state: 'failed',
      exitCode: 0,
      errorCode: 'snapshot_failed',
      errorMessage: 'disk full',
    })
  })

  test('a job fails if its command passed but a service left no clean files', () => {
    const s = scene([{}])
    s.lease(0)
    s.start(0)
    s.end(0, { serviceError: 'db was killed' })
    expect(s.job(0)).toMatchObject({ state: 'failed', errorCode: 'service_unclean', errorMessage: 'db was killed' })
  })

  test('a service that fails is a reason to retry its step', () => {
    const retry = { limit: 1, delaySeconds: 0, reasons: ['service_failed'] }
    const s = scene([{ retry }, { retry }])
    for (const step of [0, 1]) s.lease(step)
    s.report(0, { kind: 'refused', code: 'service_failed', message: 'exit 1' })
    s.report(1, { kind: 'refused', code: 'service_timeout', message: 'late' })
    expect([s.job(0), s.job(1)]).toMatchObject([
      { state: 'scheduled', attempt: 2 },
      { state: 'failed', attempt: 1 },
    ])
  })

  test('a job that cannot be started fails with its reason and never counts as started', () => {
    const s = scene([{}])
    s.lease(0)
    s.report(0, { kind: 'refused', code: 'secret_missing', message: 'no NPM_TOKEN' })
    expect(s.job(0)).toMatchObject({ state: 'failed', errorCode: 'secret_missing', startedAt: null, finishedAt: 1000 })
  })

  test('a start that was reported but then failed is a failure with its reason, even for a step that may run only once', () => {
    const s = scene([{ secrets: { T: 't' } }])
    s.lease(0)
    s.start(0)
    s.report(0, { kind: 'refused', code: 'provision_failed', message: 'no sh' })
    expect(s.job(0)).toMatchObject({ state: 'failed', errorCode: 'provision_failed', errorMessage: 'no sh' })
  })
})

describe('leases', () => {
  test('G01 a report under an old fencing number is refused', () => {
    const s = scene([{}])
    s.lease(0)
    s.start(0)
    const { id } = s.job(0)
    s.lose(0)
    s.lease(0)
    s.start(0)
    const outcome = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null } as const
    expect(s.play({ type: 'ended', job: id, fence: 1, at: 1000, outcome }).taken).toBe(false)
    expect(s.job(0)).toMatchObject({ state: 'running', fence: 2 })
  })

  test('G01 a runner that lost its lease cannot report a cache hit for the waiting job', () => {
    const s = scene([{}])
    s.lease(0)
    s.lose(0)
    expect(s.report(0, { kind: 'cached', snapshot: 'x' })).toBe(false)
    expect(s.job(0).state).toBe('scheduled')
  })

  test('a job has the instant of its newest lease, and none while it waits for another lease', () => {
    const s = scene([{}])
    expect(s.job(0).assignedAt).toBe(null)
    s.at = 5000
    s.lease(0)
    expect(s.job(0).assignedAt).toBe(5000)
    s.start(0)
    s.lose(0)
    expect(s.job(0)).toMatchObject({ state: 'scheduled', assignedAt: null })
    s.at = 9000
    s.run(0)
    expect(s.job(0)).toMatchObject({ state: 'passed', assignedAt: 9000 })
  })

  test('G133 each phase is kept once under its lease, and phases of a lost lease are refused', () => {
    const it = scene([{}])
    const { id } = it.job(0)
    const phase = (name: 'fetch' | 'snapshot', to: number) => ({ name, from: 1, to })
    const outcome = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null } as const
    const report = (fence: number, to: number) => ({ job: id, fence, at: it.at, phases: [phase('fetch', to)] })
    it.lease(0)
    it.play({ type: 'started', ...report(1, 2) })
    it.lose(0)
    it.lease(0)
    expect(it.play({ type: 'started', ...report(1, 3) }).taken).toBe(false)
    it.play({ type: 'started', ...report(2, 4) })
    it.play({ type: 'ended', ...report(2, 5), phases: [phase('fetch', 5), phase('snapshot', 6)], outcome })
    expect(it.job(0).phases).toEqual([
      { fence: 1, ...phase('fetch', 2) },
      { fence: 2, ...phase('fetch', 4) },
      { fence: 2, ...phase('snapshot', 6) },
    ])
  })

  test('a lost lease restarts the same job twice, and fails it the third time', () => {
    const s = scene([{}])
    for (const _ of [1, 2, 3]) {
      s.lease(0)
      s.start(0)
      s.lose(0)
    }
    expect(s.job(0)).toMatchObject({
      state: 'failed',
      errorCode: 'sandbox_lost',
      attempt: 1,
      fence: 3,
      startedAt: 1000,
    })
  })

  test.each([
    ['secrets', { secrets: { T: 't' } }],
    ['identity tokens', { idTokens: { TOKEN_FILE: 'sts.example.com' } }],
    ['a concurrency group', { concurrency: { group: 'deploy', limit: 1, scope: 'pipeline' as const } }],
  ])(
    'a job with %s does not run again by itself once its command had started, whatever its retry policy',
    (what, of) => {
      const s = scene([{ ...of, retry: { limit: 3, delaySeconds: 0 } }])
      s.lease(0)
      s.lose(0)
      expect(s.job(0).state).toBe('scheduled')
      s.lease(0)
      s.start(0)
      s.end(0, { exitCode: null })
      expect(s.job(0)).toMatchObject({ state: 'failed', errorCode: 'sandbox_lost', attempt: 1 })
      expect(s.job(0).errorMessage).toContain(`The step has ${what}`)
    },
  )
})

describe('stopping', () => {
  test('a cancel with nothing running ends the build in the same change', () => {
    const s = scene([{}, { dependsOn: [0] }])
    s.play({ type: 'cancel', at: 2000 })
    expect(s.states()).toBe('canceled canceled')
    expect(s.live.header).toMatchObject({ state: 'canceled', finishedAt: 2000 })
    expect(s.effects.at(-1)).toEqual({ type: 'build_ended' })
  })

  test('a running job is told to stop, and ends within 13 s even without a report of its runner', () => {
    const s = scene([{ retry: { limit: 1, delaySeconds: 0 } }, {}])
    s.lease(0)
    s.start(0)
    s.play({ type: 'cancel', at: 2000 })
    expect(s.states()).toBe('canceling canceled')
    expect(s.effects).toContainEqual({ type: 'stop', job: s.job(0).id, fence: 1, reason: 'cancel' })
    expect(s.play({ type: 'kill_overdue', job: s.job(0).id, at: 14_999 }).taken).toBe(false)
    expect(s.play({ type: 'kill_overdue', job: s.job(0).id, at: 15_000 }).taken).toBe(true)
    expect(s.states()).toBe('canceled canceled')
    expect(s.live.header.state).toBe('canceled')
  })

  test("a step's time counts from its start, and when it is over the job times out through timing_out", () => {
    const s = scene([{ timeoutSeconds: 5, softFail: true }])
    s.lease(0)
    s.at = 3000
    s.start(0)
    expect(s.play({ type: 'job_deadline', job: s.job(0).id, at: 7999 }).taken).toBe(false)
    s.play({ type: 'job_deadline', job: s.job(0).id, at: 8000 })
    expect(s.states()).toBe('timing_out')
    s.end(0, { exitCode: null, signal: 'SIGTERM' })
    expect(s.job(0)).toMatchObject({ state: 'timed_out', errorCode: 'step_timeout', exitCode: null, softFailed: true })
    expect(s.live.header.state).toBe('passed')
  })

  test("the build's timeout ends everything, is never soft and never retried", () => {
    const s = scene([{ softFail: true, retry: { limit: 1, delaySeconds: 0 } }, { dependsOn: [0] }], 10)
    s.lease(0)
    s.start(0)
    s.play({ type: 'build_deadline', at: 11_000 })
    expect(s.states()).toBe('timing_out timed_out')
    s.end(0, { exitCode: null, signal: 'SIGKILL' })
    expect(s.job(0)).toMatchObject({ state: 'timed_out', errorCode: 'pipeline_timeout', attempt: 1, softFailed: false })
    expect(s.live.header).toMatchObject({ state: 'failed', errorCode: 'pipeline_timeout' })
  })

  test('the time of a step ends with its command, while that of the build continues', () => {
    const s = scene([{ timeoutSeconds: 5 }, { timeoutSeconds: 5 }, { timeoutSeconds: 5 }], 60)
    const ended = (step: number, at: number, fence = s.job(step).fence) =>
      s.play({ type: 'command_ended', job: s.job(step).id, fence, at }).taken
    for (const step of [0, 1, 2]) s.lease(step)
    expect(ended(0, 2000)).toBe(false)
    for (const step of [0, 1]) s.start(step)
    expect(ended(0, 2000, 7)).toBe(false)
    expect(ended(0, 2000)).toBe(true)
    expect(ended(1, 6000)).toBe(false)
    for (const step of [0, 1]) s.play({ type: 'job_deadline', job: s.job(step).id, at: 6000 })
    expect(s.states()).toBe('running timing_out assigned')
    s.end(0, { artifactError: { code: 'artifact_missing', message: 'No file.' } })
    expect(s.job(0)).toMatchObject({ state: 'failed', errorCode: 'artifact_missing', errorMessage: 'No file.' })
    s.start(2)
    ended(2, 5000)
    s.play({ type: 'build_deadline', at: 61_000 })
    expect(s.job(2)).toMatchObject({ state: 'timing_out', errorCode: 'pipeline_timeout' })
  })
})

describe('a retry by a person', () => {
  test('G08 a retry reopens the build with its skipped steps and its whole time, and without the cancel flag', () => {
    const s = scene([{}, { buildsIn: 0 }, { dependsOn: [1] }], 60)
    s.run(0, 1)
    expect(s.live.header.state).toBe('failed')
    const old = s.job(0)
    expect(s.play({ type: 'retry', job: old.id, at: 50_000 }).taken).toBe(true)
    expect(s.states()).toBe('scheduled pending pending')
    expect(s.job(0)).toMatchObject({ attempt: 2, previousAttempt: old.id })
    expect(s.live.header).toMatchObject({ state: 'running', finishedAt: null, deadlineAt: 110_000 })
    s.at = 51_000
    for (const step of [0, 1, 2]) s.run(step)
    expect(s.live.header).toMatchObject({ state: 'passed', finishedAt: 51_000 })
  })

  test('a retry does not count the time while the build was over, or before it began, or after the retry was requested', () => {
    const s = scene([{}])
    s.run(0, 1)
    expect(s.live.header).toMatchObject({ startedAt: 1000, finishedAt: 1000, idleMs: 0 })
    s.play({ type: 'retry', job: s.job(0).id, at: 50_000 })
    expect(s.live.header.idleMs).toBe(49_000)
    s.at = 60_000
    s.run(0, 1)
    s.play({ type: 'retry', job: s.job(0).id, at: 61_000 })
    expect(s.live.header).toMatchObject({ startedAt: 1000, idleMs: 50_000 })
    const unbegun = scene([{}])
    unbegun.play({ type: 'cancel', at: 1000 })
    unbegun.play({ type: 'retry', job: unbegun.job(0).id, at: 50_000 })
    expect(unbegun.live.header).toMatchObject({ startedAt: null, idleMs: 0, queuedAt: 50_000 })
    expect(s.live.header.queuedAt).toBe(s.live.header.createdAt)
  })

  test('a retry is refused for a step that could only be skipped again, and while the build is being canceled', () => {
    const s = scene([{}, { dependsOn: [0] }])
    s.lease(0)
    s.play({ type: 'cancel', at: 1000 })
    expect(s.play({ type: 'retry', job: s.job(1).id, at: 1000 }).taken).toBe(false)
    s.end(0)
    expect(s.play({ type: 'retry', job: s.job(1).id, at: 1000 }).taken).toBe(false)
    expect(s.play({ type: 'retry', job: s.job(0).id, at: 1000 }).taken).toBe(true)
    expect(s.states()).toBe('scheduled pending')
  })
})

describe('rendering', () => {
  test('the steps join the build when they are known, and its time counts from then on', () => {
    const s = sceneFrom({ kind: 'render' })
    expect(s.live.header.state).toBe('scheduled')
    s.lease(-1)
    s.start(-1)
    expect(s.live.header).toMatchObject({ state: 'scheduled', startedAt: null })
    const plan = plainPlan([{}, { dependsOn: [0] }], 30)
    s.play({ type: 'rendered', job: s.job(-1).id, fence: 1, at: 5000, plan, conditions: [true, true] })
    expect(s.job(-1).state).toBe('passed')
    expect(s.states()).toBe('scheduled pending')
    expect(s.live.header).toMatchObject({ state: 'scheduled', deadlineAt: 35_000, timeoutSeconds: 30 })
    s.run(0)
    s.run(1)
    expect(s.live.header.state).toBe('passed')
  })

  test.each([
    ['its own error', 'render_failed', 'no such slug'],
    ['a pipeline that cannot run', 'cycle', 'a -> b -> a'],
  ])('fails the build with %s', (_, code, message) => {
    const s = sceneFrom({ kind: 'render' })
    s.lease(-1)
    s.start(-1)
    s.play({ type: 'render_failed', job: s.job(-1).id, fence: 1, at: 2000, code, message })
    expect(s.live.header).toMatchObject({ state: 'failed', errorCode: code, errorMessage: message, finishedAt: 2000 })
  })

  test('a rendering that cannot start, is lost or takes too long fails the build with render_failed', () => {
    const refused = sceneFrom({ kind: 'render' })
    refused.lease(-1)
    refused.report(-1, { kind: 'refused', code: 'provision_failed', message: 'no image' })
    expect(refused.live.header).toMatchObject({ state: 'failed', errorCode: 'render_failed', errorMessage: 'no image' })

    const lost = sceneFrom({ kind: 'render' })
    for (const _ of [1, 2, 3]) {
      lost.lease(-1)
      lost.lose(-1)
    }
    expect(lost.live.header).toMatchObject({ state: 'failed', errorCode: 'render_failed' })

    const slow = sceneFrom({ kind: 'render' })
    slow.lease(-1)
    slow.start(-1)
    slow.play({ type: 'job_deadline', job: slow.job(-1).id, at: 61_000 })
    slow.play({ type: 'kill_overdue', job: slow.job(-1).id, at: 74_000 })
    expect(slow.live.header).toMatchObject({ state: 'failed', errorCode: 'render_failed' })
    expect(slow.live.header.errorMessage).toContain('60 s')
  })

  test('the rendering can be canceled before and while it runs', () => {
    const waiting = sceneFrom({ kind: 'render' })
    waiting.play({ type: 'cancel', at: 1500 })
    expect(waiting.live.header).toMatchObject({ state: 'canceled', finishedAt: 1500 })

    const running = sceneFrom({ kind: 'render' })
    running.lease(-1)
    running.start(-1)
    running.play({ type: 'cancel', at: 1500 })
    expect(running.live.header.state).toBe('canceling')
    running.play({
      type: 'rendered',
      job: running.job(-1).id,
      fence: 1,
      at: 1600,
      plan: plainPlan([{}]),
      conditions: [true],
    })
    expect(running.live.header.state).toBe('canceled')
    expect(running.live.jobs).toEqual([])
  })
})

test('a build that was rejected has no jobs and has failed', () => {
  const s = sceneFrom({ kind: 'rejected', code: 'cycle', message: 'a -> a' })
  expect(s.live.header).toMatchObject({ state: 'failed', errorCode: 'cycle', finishedAt: 1000 })
  expect(s.effects).toEqual([{ type: 'build_ended' }])
})

test('a cache hit starts and may end a build', () => {
  const s = scene([{ cacheKey: 'k' }])
  const { id } = s.job(0)
  s.play({ type: 'ended', job: id, fence: 1, at: 2000, outcome: { kind: 'cached', snapshot: 'snap' } })
  expect(s.job(0)).toMatchObject({ state: 'passed', cached: true, snapshot: 'snap', startedAt: null, finishedAt: 2000 })
  expect(s.live.header).toMatchObject({ state: 'passed', startedAt: 2000, finishedAt: 2000 })
})

test('a build ends when its last job ends, even if the report of another job arrives later', () => {
  const it = scene([{}, {}])
  for (const step of [0, 1]) {
    it.lease(step)
    it.start(step)
  }
  it.at = 9_000
  it.end(0)
  it.at = 5_000
  it.end(1)
  expect(it.live.header).toMatchObject({ state: 'passed', finishedAt: 9_000 })
})

test('an error of the whole build fails it hard with its code, despite retries and soft failures', () => {
  const buildError = { code: 'source_invalid', message: 'no archive' }
  const outcome = { kind: 'refused', code: 'provision_failed', message: 'no archive', buildError } as const
  const it = scene([{ softFail: true, retry: { limit: 2, delaySeconds: 0 } }])
  it.lease(0)
  it.report(0, outcome)
  expect(it.job(0)).toMatchObject({ state: 'failed', attempt: 1, softFailed: false, errorCode: 'provision_failed' })
  expect(it.live.header).toMatchObject({ state: 'failed', errorCode: 'source_invalid', errorMessage: 'no archive' })
  const rendering = sceneFrom({ kind: 'render' })
  rendering.lease(-1)
  rendering.report(-1, outcome)
  expect(rendering.live.header).toMatchObject({ state: 'failed', errorCode: 'source_invalid' })
})

describe('approval', () => {
  const plan = plainPlan([{}, { dependsOn: [0] }, { buildsIn: 0 }], 60)
  const held = () => sceneFrom({ kind: 'plan', plan, conditions: [true, true, true] }, true)

  test('no job of a held build is ready, and its time does not run, until it is approved', () => {
    const s = held()
    expect(s.states()).toBe('pending pending pending')
    expect(s.live.header).toMatchObject({ state: 'scheduled', held: true, deadlineAt: null })
    expect(s.effects).toEqual([])
    expect(s.lease(0)).toBe(false)
    s.at = 9_000_000
    expect(s.play({ type: 'build_deadline', at: s.at }).taken).toBe(false)
    expect(s.play({ type: 'approve', at: s.at }).taken).toBe(true)
    expect(s.states()).toBe('scheduled pending pending')
    expect(s.live.header).toMatchObject({ held: false, deadlineAt: s.at + 60_000 })
    expect(s.job(0).scheduledAt).toBe(s.at)
    expect(s.play({ type: 'approve', at: s.at }).taken).toBe(false)
    for (const step of [0, 1, 2]) s.run(step)
    expect(s.live.header.state).toBe('passed')
  })

  test('the rendering is not ready either', () => {
    const s = sceneFrom({ kind: 'render' }, true)
    expect(s.job(-1).state).toBe('pending')
    expect(s.lease(-1)).toBe(false)
    s.play({ type: 'approve', at: s.at })
    expect(s.job(-1)).toMatchObject({ state: 'scheduled', scheduledAt: s.at })
    expect(s.effects.map(({ type }) => type)).toEqual(['ready'])
  })

  test('a build that nobody approves in time is canceled with that reason, with or without rendering', () => {
    for (const s of [held(), sceneFrom({ kind: 'render' }, true)]) {
      expect(s.play({ type: 'approval_expired', at: s.at }).taken).toBe(true)
      expect(s.live.header).toMatchObject({ state: 'canceled', errorCode: 'approval_expired', finishedAt: s.at })
      expect(s.play({ type: 'approve', at: s.at }).taken).toBe(false)
      expect(s.effects.at(-1)).toEqual({ type: 'build_ended' })
    }
  })

  test('a cancel ends a held build at once, and an expiry does not undo an earlier approval', () => {
    const s = held()
    s.play({ type: 'cancel', at: s.at })
    expect(s.states()).toBe('canceled canceled canceled')
    expect(s.live.header).toMatchObject({ state: 'canceled', errorCode: null })
    const approved = held()
    approved.play({ type: 'approve', at: 1_000 })
    expect(approved.play({ type: 'approval_expired', at: 2_000 }).taken).toBe(false)
  })

  test('a retry does not bypass the approval', () => {
    const s = held()
    s.play({ type: 'cancel', at: s.at })
    expect(s.play({ type: 'retry', job: s.job(0).id, at: s.at }).taken).toBe(true)
    expect(s.states()).toBe('pending pending pending')
    expect(s.live.header).toMatchObject({ held: true, deadlineAt: null, finishedAt: null })
    s.at += 5_000
    s.play({ type: 'approve', at: s.at })
    expect(s.states()).toBe('scheduled pending pending')
    expect(s.live.header.deadlineAt).toBe(s.at + 60_000)
  })
})

describe('a build that stops at its first failure', () => {
  const failFast = (...steps: Parameters<typeof plainPlan>[0]) => {
    const conditions = steps.map(() => true)
    return sceneFrom({ kind: 'plan', plan: plainPlan(steps), conditions }, false, { failFast: true })
  }

  test('a build that stops at its first failure stops running jobs, skips waiting ones, states the reason, and fails', () => {
    const s = failFast({ name: 'lint' }, {}, {}, { dependsOn: [1] })
    for (const step of [0, 1]) s.lease(step)
    for (const step of [0, 1]) s.start(step)
    s.end(0, { exitCode: 1 })
    expect(s.states()).toBe('failed canceling skipped skipped')
    expect(s.effects).toContainEqual({ type: 'stop', job: s.job(1).id, fence: 1, reason: 'cancel' })
    expect(s.job(2)).toMatchObject({ skipReason: 'stopped', errorMessage: 'Not run because lint failed.' })
    expect(s.live.header.state).toBe('failing')
    s.end(1, { exitCode: 143 })
    expect(s.job(1)).toMatchObject({ state: 'canceled', errorMessage: 'Stopped because lint failed.' })
    expect(s.live.header.state).toBe('failed')
  })

  test('a build that stops at its first failure continues after a failure that is soft or retried', () => {
    const s = failFast({ softFail: true }, { retry: { limit: 1, delaySeconds: 0 } }, { dependsOn: [0] })
    s.run(0, 1)
    s.run(1, 1)
    expect(s.states()).toBe('failed scheduled scheduled')
    s.run(1, 1)
    expect(s.states()).toBe('failed failed skipped')
  })
})
