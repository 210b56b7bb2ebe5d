import { expect, test } from 'vitest'
import { createBuild } from '../core/create-build.ts'
import { plainPlan } from '../core/random-plan.test-support.ts'
import { plainContext } from '../plain-context.test-support.ts'
import { defaultStoreSettings } from '../store-settings.ts'
import { storeSuite } from '../store-suite.ts'
import { createMemoryStore } from './memory-store.ts'

storeSuite('memory store', async () => {
  const store = createMemoryStore()
  return {
    store,
    other: store,
    submit: async (created, context) => store.builds.submit(created, context),
    close: () => store.close(),
  }
})

test('G01 a lease is at least as long before the start as after it, so that the start never shortens it', async () => {
  const store = createMemoryStore({ leaseMs: 10_000 })
  const from = { kind: 'plan', plan: plainPlan([{}]), conditions: [true] } as const
  store.builds.submit(
    createBuild({ id: 'b', queue: 'q', at: 0, held: false, from }, defaultStoreSettings),
    plainContext,
  )
  expect(await store.leases.take('r', 1, 0)).toMatchObject([{ started: false, expiresAt: 10_000 }])
})
