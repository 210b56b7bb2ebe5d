import { expect, test } from 'vitest'
import { createBuild } from '../core/create-build.ts'
import { plainPlan } from '../core/random-plan.test-support.ts'
import { defaultStoreSettings } from '../store-settings.ts'
import { plainContext, storeSuite } from '../store-suite.ts'
import { MemoryStore } from './memory-store.ts'

storeSuite('memory store', async () => {
  const store = new MemoryStore()
  return {
    store,
    other: store,
    submit: async (created, context) => store.submit(created, context),
    close: () => store.close(),
  }
})

test('G01 a lease is no longer before the start than after it, so that the start cannot make it shorter', async () => {
  const store = new MemoryStore({ leaseMs: 10_000 })
  const from = { kind: 'plan', plan: plainPlan([{}]), conditions: [true] } as const
  store.submit(createBuild({ id: 'b', queue: 'q', at: 0, held: false, from }, defaultStoreSettings), plainContext)
  expect(await store.lease('r', 1, 0)).toMatchObject([{ started: false, expiresAt: 10_000 }])
})
