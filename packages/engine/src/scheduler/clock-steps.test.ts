import { SteadyClock } from '@harmont/sandbox'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createBuild } from '../core/create-build.ts'
import { plainPlan } from '../core/random-plan.test-support.ts'
import { createMemoryStore } from '../memory/memory-store.ts'
import { plainContext } from '../plain-context.test-support.ts'
import type { LeasedJob } from '../port.ts'
import { noOutput } from '../step-output.ts'
import { storeSettings } from '../store-settings.ts'
import { createLocalPort } from './local-port.ts'
import { Scheduler } from './scheduler.ts'

const start = Date.UTC(2026, 10, 28)
const hour = 3_600_000
const sliceMs = 500

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: start })
})
afterEach(() => {
  vi.useRealTimers()
})

type Act =
  | { readonly kind: 'pass'; readonly slices: number }
  | { readonly kind: 'lease' | 'start' | 'renew' }
  | { readonly kind: 'end'; readonly exitCode: number | null }
  | { readonly kind: 'step'; readonly hours: number }

const acts: fc.Arbitrary<readonly Act[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass'), slices: fc.integer({ min: 1, max: 60 }) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('lease', 'start', 'renew') }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('end'), exitCode: fc.constantFrom(0, 1, null) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('step'), hours: fc.integer({ min: -48, max: 48 }) }) },
  ) as fc.Arbitrary<Act>,
  { minLength: 10, maxLength: 40 },
)

/** Plays one build and returns all its visible states. */
async function live(list: readonly Act[], isStepped: boolean): Promise<unknown> {
  let bootMs = 1_000
  const clock = new SteadyClock(() => bootMs, start - bootMs)
  const settings = storeSettings({ now: clock.now, newId: ids() })
  const store = createMemoryStore(settings)
  const none = () => {
    throw new Error('nothing of this has a source')
  }
  const port = createLocalPort({ store, log: none, sources: { offer: none }, secrets: { of: none } })
  const scheduler = new Scheduler({ store, leaseMs: settings.leaseMs, log: none })
  const steps = [{ timeoutSeconds: 20 }, { timeoutSeconds: 600 }, { buildsIn: 0 }]
  const plan = plainPlan(steps, 900)
  const from = { kind: 'plan', plan, conditions: steps.map(() => true) } as const
  store.builds.submit(createBuild({ id: 'b', queue: 'q', at: clock.now(), held: false, from }, settings), plainContext)
  scheduler.start()
  const held: LeasedJob[] = []
  const seen: unknown[] = []
  for (const act of list) {
    if (act.kind === 'step' && isStepped) vi.setSystemTime(Date.now() + act.hours * hour)
    if (act.kind === 'pass')
      for (let slice = 0; slice < act.slices; slice++) {
        bootMs += sliceMs
        await vi.advanceTimersByTimeAsync(sliceMs)
      }
    const at = new Date(clock.now())
    if (act.kind === 'lease')
      held.push(...(await port.lease({ runner: 'r', slots: 2, waitMs: 0, signal: new AbortController().signal })))
    if (act.kind === 'renew') seen.push(await port.renew('r'))
    if (act.kind === 'start') for (const job of held) seen.push(await port.started(job, at))
    if (act.kind === 'end') {
      const job = held.shift()
      const outcome = { kind: 'exited', exitCode: act.exitCode, signal: null, limit: null, snapshot: null } as const
      if (job) seen.push(await port.finish(job, at, outcome, noOutput))
    }
    seen.push(await store.builds.jobs('b'), await store.builds.waits('b'))
  }
  await scheduler.stop()
  return seen
}

function ids(): () => string {
  let last = 0
  return () => `id${++last}`
}

test('G64 steps of the wall clock between any events change no state, no instant and no duration of a build', async () => {
  await fc.assert(
    fc.asyncProperty(acts, async (list) => {
      const plain = await live(list, false)
      expect(await live(list, true)).toEqual(plain)
    }),
    { numRuns: 40 },
  )
})
