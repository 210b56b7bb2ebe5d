import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergePulled } from './merge-pulled.ts'

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate)
}

test('each item comes once, in the order of its source, and at most one item of each source is requested in advance', async () => {
  const delays = fc.array(fc.array(fc.nat(3), { maxLength: 8 }), { maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(delays, fc.array(fc.nat(3), { maxLength: 40 }), async (plans, pauses) => {
      const taken = plans.map(() => 0)
      const asked = plans.map(() => 0)
      const sources = plans.map(async function* (plan, source) {
        for (const [item, delay] of plan.entries()) {
          asked[source] = item + 1
          await turns(delay)
          yield { source, item }
        }
      })
      const seen: { readonly source: number; readonly item: number }[] = []
      for await (const one of mergePulled(sources)) {
        seen.push(one)
        taken[one.source] = (taken[one.source] ?? 0) + 1
        await turns(pauses[seen.length] ?? 0)
        for (const [source, count] of asked.entries()) expect(count).toBeLessThanOrEqual((taken[source] ?? 0) + 1)
      }
      for (const [source, plan] of plans.entries())
        expect(seen.filter((one) => one.source === source).map(({ item }) => item)).toEqual([...plan.keys()])
    }),
    { numRuns: scaled(50) },
  )
})

test('the stream fails with the first failing source, and ends the others', async () => {
  let isEnded = false
  async function* endless() {
    try {
      for (;;) {
        await turns(1)
        yield 'one'
      }
    } finally {
      isEnded = true
    }
  }
  async function* failing(): AsyncGenerator<string> {
    yield 'one'
    throw new Error('the database is away')
  }
  const reading = (async () => {
    for await (const _ of mergePulled([endless(), failing()])) await turns(1)
  })()
  await expect(reading).rejects.toThrow('the database is away')
  await turns(3)
  expect(isEnded).toBe(true)
})
