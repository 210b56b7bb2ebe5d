import { expect, onTestFinished, test } from 'vitest'
import { createBuild } from '../core/create-build.ts'
import { plainPlan } from '../core/random-plan.test-support.ts'
import { createMemoryStore } from '../memory/memory-store.ts'
import { plainContext } from '../plain-context.test-support.ts'
import type { RunnerPort } from '../port.ts'
import { createLocalPort } from '../scheduler/local-port.ts'
import { storeSettings } from '../store-settings.ts'
import { HeldLease } from './held-lease.ts'
import { Renewals } from './renewals.ts'
import { sandboxId } from './sandbox-note.ts'

test('G01 a runner that gets a job again after a failover lost the first lease abandons the first lease', async () => {
  const settings = storeSettings({})
  const from = { kind: 'plan', plan: plainPlan([{}]), conditions: [true] } as const
  const created = createBuild({ id: 'b', queue: 'q', at: settings.now(), held: false, from }, settings)
  const none = () => {
    throw new Error('nothing of this has a source')
  }
  // Databases before and after the failover.
  const [before, after] = [0, 1].map(() => {
    const store = createMemoryStore(settings)
    store.builds.submit(created, plainContext)
    return createLocalPort({ store, log: none, sources: { offer: none }, secrets: { of: none } })
  }) as [RunnerPort, RunnerPort]
  const wish = { runner: 'r', slots: 1, waitMs: 0, signal: new AbortController().signal }
  const [lost] = await before.lease(wish)
  const [again] = await after.lease(wish)
  if (lost === undefined || again === undefined) throw new Error('nothing to lease')
  expect(sandboxId(again)).toBe(sandboxId(lost))
  const lease = new HeldLease(lost)
  const held = new Map([[sandboxId(lost), lease]])
  let port = before
  const renewed = Promise.withResolvers<void>()
  lease.onRenewed(() => {
    port = after
    renewed.resolve()
  })
  const asked: Pick<RunnerPort, 'renew' | 'onDirective'> = {
    renew: (runner) => port.renew(runner),
    onDirective: () => () => {},
  }
  const renewals = new Renewals({
    ...{ runner: 'r', port: asked, everyMs: 1, held, log: none },
    report: async () => ({}),
    onUnknown: async () => {},
  })
  onTestFinished(() => renewals.stop())
  renewals.start()
  await renewed.promise
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  lease.signal.addEventListener('abort', () => resolve())
  await ended
  expect(lease.signal.reason).toMatchObject({ name: 'LeaseLost' })
})
