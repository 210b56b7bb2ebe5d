import type { AppendedPlan, PlannedStep } from '@harmont/ir'
import { describe, expect, test } from 'vitest'
import { type Scene, scene, sceneFrom } from '../build-fixture.test-support.ts'
import { liveBuild, viewBuild } from '../live-build.ts'
import type { AppendRequest } from '../model.ts'
import { plainPlan } from '../random-plan.test-support.ts'
import { limitProblem } from './append-limits.ts'

const append = { max: 1_000, secrets: [], idTokens: [], egress: null } as const
const ended = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: 'files' } as const

type Added = Partial<PlannedStep> & { readonly key: string }

/** Builds a request for these steps; a negative index names one of the references. */
function request(added: readonly Added[], references: AppendedPlan['references'] = []): AppendRequest {
  const { steps } = plainPlan(added.map((step) => ({ image: null, name: step.key, ...step })))
  return { kind: 'steps', plan: { steps, references, warnings: [] }, conditions: steps.map(() => true) }
}

/** Leases, starts and passes a step with a request to append steps. */
function pass(s: Scene, slot: number, appends?: AppendRequest): void {
  s.lease(slot)
  s.start(slot)
  const { id: job, fence } = s.job(slot)
  s.play({ type: 'ended', job, fence, at: s.at, outcome: ended, ...(appends && { appends }) })
}

/** Returns the error of a generator that made this request; null when it passed. */
function refusal(own: Partial<PlannedStep>, appends: AppendRequest | undefined, before: readonly Added[] = []) {
  const s = scene([{ key: 'plan', append, ...own }, ...before])
  const count = s.live.steps.length
  pass(s, 0, appends)
  const { state, errorCode, errorMessage } = s.job(0)
  if (state === 'passed') return null
  expect([state, errorCode, s.live.steps.length, s.live.jobs.length]).toEqual([
    'failed',
    'append_refused',
    count,
    count,
  ])
  return errorMessage
}

describe('G117 steps appended by a generator', () => {
  test('appended steps exist in the change that passes the generator, build in it if they name no image, and may follow any step', () => {
    const s = scene([{ key: 'plan', append }, { key: 'other' }])
    s.lease(0)
    s.start(0)
    const { id: job, fence } = s.job(0)
    const added = [
      { key: 'a' },
      { key: 'b', image: 'alpine' },
      { key: 'c', image: 'alpine', dependsOn: [-1, 0] },
      { key: 'd', buildsIn: 1, inputs: [{ from: 2, path: 'x', into: '', optional: false }] },
    ]
    const { change } = s.play({
      ...({ type: 'ended', job, fence, at: s.at, outcome: ended } as const),
      appends: request(added, ['other']),
    })
    expect(change.attempts.map(({ step, state }) => [step, state])).toEqual([
      [2, 'scheduled'],
      [3, 'scheduled'],
      [4, 'pending'],
      [5, 'pending'],
    ])
    expect(s.states()).toBe('passed scheduled scheduled scheduled pending pending')
    expect(s.live.steps.slice(2).map(({ buildsIn, dependsOn }) => [buildsIn, dependsOn])).toEqual([
      [0, []],
      [null, []],
      [null, [1, 2]],
      [3, []],
    ])
    expect(s.live.steps[5]?.inputs).toMatchObject([{ from: 4 }])
    expect(s.live.steps.slice(2).map(({ appendedBy }) => appendedBy)).toEqual(Array(4).fill({ step: 0, job }))
    expect(s.effects).toContainEqual({ type: 'remark', job, text: 'appended 4 steps' })
    pass(s, 1)
    pass(s, 2)
    expect(s.states()).toBe('passed passed passed scheduled scheduled pending')
    expect(liveBuild(viewBuild(s.live))).toEqual(s.live)
  })

  test('appended steps delay exactly the steps that wait for them, over all generations', () => {
    const s = scene([
      { key: 'plan', append },
      { key: 'after', dependsOn: [0] },
      { key: 'deploy', dependsOn: [0], afterAppended: [0] },
    ])
    pass(s, 0, request([{ key: 'more', append }, { key: 'a' }]))
    expect(s.states()).toBe('passed scheduled pending scheduled scheduled')
    pass(s, 4)
    pass(s, 3, request([{ key: 'b' }]))
    expect(s.states()).toBe('passed scheduled pending passed passed scheduled')
    pass(s, 5)
    expect(s.states()).toBe('passed scheduled scheduled passed passed passed')
  })

  test('an appended step that fails skips its dependents, and a retry lets them wait again', () => {
    const s = scene([
      { key: 'plan', append },
      { key: 'deploy', afterAppended: [0] },
    ])
    pass(s, 0, request([{ key: 'a' }]))
    s.run(2, 1)
    expect([s.states(), s.live.header.state]).toEqual(['passed skipped failed', 'failed'])
    s.play({ type: 'retry', job: s.job(2).id, at: s.at })
    expect([s.states(), s.live.header.state]).toEqual(['passed pending scheduled', 'running'])
    pass(s, 2)
    expect(s.states()).toBe('passed scheduled passed')
  })

  test('appended steps are skipped at once by their condition or by a prerequisite that had failed', () => {
    const s = scene([{ key: 'plan', append }, { key: 'red' }])
    s.run(1, 1)
    const asked = request([{ key: 'a' }, { key: 'b', dependsOn: [0] }, { key: 'c', dependsOn: [-1] }], ['red'])
    pass(s, 0, { ...asked, conditions: [false, true, true] } as AppendRequest)
    expect(s.states()).toBe('passed failed skipped scheduled skipped')
    expect([s.job(2).skipReason, s.job(4).skipReason]).toEqual(['condition', 'prerequisite'])
  })

  test('no steps are appended when a generator is skipped, fails softly or is canceled, or when its build has ended', () => {
    const steps = [
      { key: 'plan', append, softFail: true } as const,
      { key: 'deploy', dependsOn: [0], afterAppended: [0] },
    ]
    const skipped = scene(steps, null, [false, true])
    expect(skipped.states()).toBe('skipped scheduled')
    const soft = scene(steps)
    soft.lease(0)
    soft.start(0)
    const { id: job, fence } = soft.job(0)
    const outcome = { ...ended, exitCode: 1 }
    soft.play({ type: 'ended', job, fence, at: soft.at, outcome, appends: request([{ key: 'a' }]) })
    expect(soft.states()).toBe('failed scheduled')
    const canceled = scene(steps)
    canceled.lease(0)
    canceled.start(0)
    canceled.play({ type: 'cancel', at: canceled.at })
    const { id, fence: own } = canceled.job(0)
    const appends = request([{ key: 'a' }])
    canceled.play({ type: 'ended', job: id, fence: own, at: canceled.at, outcome: ended, appends })
    expect([canceled.states(), canceled.live.header.state]).toEqual(['canceled canceled', 'canceled'])
    const late = { type: 'ended', job: id, fence: own, at: canceled.at, outcome: ended, appends } as const
    expect(canceled.play(late).taken).toBe(false)
    expect(canceled.live.steps).toHaveLength(2)
  })

  test('a cache hit also appends steps, but a generator whose files are recreated does not append them again', () => {
    const s = scene([
      { key: 'plan', append, cacheKey: 'k' },
      { key: 'child', buildsIn: 0 },
    ])
    const { id: job } = s.job(0)
    s.play({ type: 'leased', job, fence: 1, at: s.at, runner: 'r' })
    const outcome = { kind: 'cached', snapshot: 'files' } as const
    s.play({ type: 'ended', job, fence: 1, at: s.at, outcome, appends: request([{ key: 'a' }]) })
    expect(s.states()).toBe('passed scheduled scheduled')
    s.play({ type: 'holder_gone', runner: 'r', at: s.at })
    expect(s.states()).toBe('scheduled pending pending')
    pass(s, 0, request([{ key: 'a' }, { key: 'b' }]))
    expect([s.states(), s.live.steps.length]).toEqual(['passed scheduled scheduled', 3])
  })

  test('steps are appended in the same way when the build waits for approval again or stops at the first failure', () => {
    const plan = plainPlan([{ key: 'plan', append }, { key: 'red' }])
    const s = sceneFrom({ kind: 'plan', plan, conditions: [true, true] }, false, { failFast: true })
    pass(s, 0, { kind: 'unreadable', message: 'no' })
    expect(s.states()).toBe('failed skipped')
  })
})

describe('G118 a generator fails and appends nothing if it requests', () => {
  test('a duplicate key, an unknown step, or something other than steps', () => {
    expect(refusal({}, undefined)).toMatch(/Upgrade the runner/)
    expect(refusal({}, { kind: 'unreadable', message: 'x.json: invalid_json' })).toBe('x.json: invalid_json')
    expect(refusal({}, request([{ key: 'plan' }]))).toMatch(/already has a step `plan`/)
    expect(refusal({}, request([{ key: 'a', dependsOn: [-1] }], ['b']))).toMatch(/There is no step `b`/)
    expect(refusal({}, request([]))).toBeNull()
  })

  test('too many steps, or too many generations', () => {
    const two = request([{ key: 'a' }, { key: 'b' }])
    expect(refusal({ append: { ...append, max: 1 } }, two)).toMatch(/asks for 2 steps; its `append` allows 1/)
    expect(refusal({ append: { ...append, max: 2 } }, two)).toBeNull()
    const s = scene([{ key: 'plan', append }])
    for (const generation of [0, 1, 2]) pass(s, generation, request([{ key: `g${generation}`, append }]))
    pass(s, 3, request([{ key: 'g3' }]))
    expect(s.job(3)).toMatchObject({ state: 'failed', errorCode: 'append_refused' })
    expect(s.live.steps).toHaveLength(4)
  })

  test('an unlisted secret, token or host, for its steps or for steps that they append', () => {
    const asks = (more: Partial<PlannedStep>) => request([{ key: 'a' }, { key: 'b', ...more }])
    const lists = { append: { ...append, secrets: ['npm'], idTokens: ['aws'], egress: ['*.npmjs.org'] } }
    const cases: readonly [Partial<PlannedStep>, RegExp][] = [
      [{ secrets: { TOKEN: 'deploy' } }, /`b` asks for the secret `deploy`/],
      [{ append: { ...append, secrets: ['deploy'] } }, /`b` asks for the secret `deploy`/],
      [{ idTokens: { T: 'gcp' } }, /`b` asks for a token for `gcp`/],
      [{ append: { ...append, idTokens: ['gcp'] } }, /`b` asks for a token for `gcp`/],
      [{ egress: ['evil.example'] }, /`b` asks for the host `evil.example`/],
      [{ append: { ...append, egress: ['evil.example'] } }, /`b` asks for the host `evil.example`/],
      [{ egress: ['registry.npmjs.org:22'] }, /`b` asks for the host/],
      [{ egress: 'observe' }, /`b` asks for the host `observe`/],
    ]
    for (const [more, words] of cases) expect(refusal(lists, asks(more)), JSON.stringify(more)).toMatch(words)
    const granted = { secrets: { A: 'npm' }, idTokens: { T: 'aws' }, egress: ['registry.npmjs.org'] }
    expect(refusal(lists, asks(granted))).toBeNull()
    expect(refusal({ append, egress: ['github.com'] }, asks({ egress: ['evil.example'] }))).toMatch(/evil/)
    expect(refusal({ append }, asks({ egress: ['evil.example'] }))).toBeNull()
  })

  test('a step without egress gets the bound of its generator', () => {
    const s = scene([{ key: 'plan', append: { ...append, egress: ['github.com'] }, egress: [] }])
    pass(s, 0, request([{ key: 'a' }, { key: 'b', egress: [] }]))
    expect(s.live.steps.map(({ egress }) => egress)).toEqual([[], ['github.com'], []])
    const inherited = scene([{ key: 'plan', append, egress: ['npmjs.org'] }])
    pass(inherited, 0, request([{ key: 'a' }]))
    expect(inherited.live.steps[1]?.egress).toEqual(['npmjs.org'])
  })

  test('files of a step that used a secret which the generator does not list', () => {
    const secret = { key: 'signed', secrets: { K: 'key' } }
    const before = [secret, { key: 'child', buildsIn: 1 }]
    for (const key of ['signed', 'child'])
      expect(refusal({}, request([{ key: 'a', buildsIn: -1 }], [key]), before)).toMatch(/was given the secret `key`/)
    const input = { from: -1, path: 'x', into: '', optional: false }
    expect(refusal({}, request([{ key: 'a', dependsOn: [-1], inputs: [input] }], ['child']), before)).toMatch(/`key`/)
    const listed = { append: { ...append, secrets: ['key'] } }
    expect(refusal(listed, request([{ key: 'a', buildsIn: -1 }], ['child']), before)).toBeNull()
    expect(refusal({}, request([{ key: 'a', dependsOn: [-1] }], ['child']), before)).toBeNull()
  })

  test('files of a service that did not keep them, or to wait for a step that appends nothing', () => {
    const services = [
      {
        ...{ name: 'db', image: 'postgres', env: {}, command: null, from: -1, needs: [] },
        ...{ ready: { port: null, command: null, log: null, timeoutSeconds: 60 }, stop: { signal: null, seconds: 10 } },
        ...{ localhost: false, egress: false },
      },
    ]
    const asks = request([{ key: 'a', dependsOn: [-1], services }], ['other'])
    expect(refusal({}, asks, [{ key: 'other' }])).toMatch(/has no such service/)
    const own = services.map((service) => ({ ...service, from: null }))
    expect(refusal({}, asks, [{ key: 'other', services: own }])).toBeNull()
    const s = scene([
      { key: 'plan', append },
      { key: 'other', services: own },
    ])
    pass(s, 1)
    pass(s, 0, asks)
    expect(s.job(0).errorMessage).toMatch(/did not keep them/)
    const waits = request([{ key: 'a', afterAppended: [-1] }], ['other'])
    expect(refusal({}, waits, [{ key: 'other' }])).toMatch(/that step has no `append`/)
  })

  test('a cycle through a step that waits for the generator', () => {
    expect(refusal({}, request([{ key: 'a', afterAppended: [-1] }], ['plan']))).toMatch(/would wait for itself/)
    const before = [
      { key: 'deploy', afterAppended: [0] },
      { key: 'smoke', dependsOn: [1] },
    ]
    for (const key of ['deploy', 'smoke'])
      expect(refusal({}, request([{ key: 'a', dependsOn: [-1] }], [key]), before)).toMatch(/would wait for each other/)
  })

  test('more steps or splits than a build may have, counted with those of other generators', () => {
    const { steps } = scene([{ key: 'plan', append }]).live
    const [plan] = steps
    if (plan === undefined) throw new Error('expected a step')
    const one = { ...plan, appendedBy: { step: 0, job: 'j' } }
    const before = { steps: [plan, ...Array(9_999).fill(one)], dependents: [] }
    expect(limitProblem(before, 0, 1_000, [one])).toBeNull()
    expect(limitProblem(before, 0, 1_000, [one, one])).toMatch(/would have 10,001 appended steps/)
    const splits = Array.from({ length: 100 }, (_, i) => ({
      key: `s${i}`,
      split: { files: `${i}`, index: 1, total: 1 },
    }))
    expect(refusal({}, request(splits))).toBeNull()
    const other = { key: 'other', split: { files: 'x', index: 1, total: 1 } }
    expect(refusal({}, request(splits), [other])).toMatch(/101 splits/)
  })

  test('a chain that is too long, or too many edges', () => {
    const chain = Array.from({ length: 1_000 }, (_, i) => ({ key: `c${i}`, buildsIn: i === 0 ? null : i - 1 }))
    expect(refusal({}, request(chain))).toMatch(/longer than 1,000/)
    expect(refusal({}, request(chain.slice(0, 999)))).toBeNull()
    const waiters = Array.from({ length: 201 }, (_, i) => ({ key: `w${i}`, afterAppended: [0] }))
    const many = request(Array.from({ length: 1_000 }, (_, i) => ({ key: `m${i}` })))
    expect(refusal({}, many, waiters)).toMatch(/edges/)
  })
})
