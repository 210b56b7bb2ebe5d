/** Declares the behavior of splits that every store must provide. `storeSuite` calls it. */
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { createBuild } from '../core/create-build.ts'
import { defaultLimits } from '../core/limits.ts'
import { plainPlan } from '../core/random-plan.test-support.ts'
import { plainContext } from '../plain-context.test-support.ts'
import type { StoreUnderTest } from '../store-under-test.test-support.ts'

/** Declares the tests. `open` returns a store that may contain builds of other suites. */
export function splitSuite(open: () => StoreUnderTest): void {
  async function submit(): Promise<string> {
    const id = randomUUID()
    const from = { kind: 'plan', plan: plainPlan([{}]), conditions: [true] } as const
    const context = { newId: () => randomUUID(), limits: defaultLimits }
    await open().submit(createBuild({ id, queue: 'splits', at: 1, held: true, from }, context), plainContext)
    return id
  }
  const files = (...sizes: readonly number[]) => sizes.map((bytes, i) => ({ path: `t${i}`, bytes }))

  test('G73 the first call deals the files of a split for its build, and only for that build', async () => {
    const { store, other } = open()
    const [id, another] = [await submit(), await submit()]
    const split = { files: 'test/**', total: 2 }
    const dealt = await store.splits.deal(id, split, files(40, 30, 20, 10))
    expect(dealt).toEqual([
      ['t0', 't3'],
      ['t1', 't2'],
    ])
    expect(await other.splits.deal(id, split, files(10, 20, 30, 40))).toEqual(dealt)
    expect(await store.splits.deal(another, split, files(10, 1, 1, 1))).toEqual([['t0'], ['t1', 't2', 't3']])
    expect(await store.splits.deal(id, { ...split, total: 3 }, files(1))).toEqual([['t0'], [], []])
    expect(await store.splits.deal(id, { ...split, files: 'spec' }, files(1))).toEqual([['t0'], []])
  })

  test('G73 shards that request the deal at the same time get the same one', async () => {
    const { store, other } = open()
    const id = await submit()
    const asked = [files(4, 3, 2, 1), files(1, 2, 3, 4), files(1, 1, 1, 1)].map((all, i) =>
      (i === 1 ? other : store).splits.deal(id, { files: 'test', total: 2 }, all),
    )
    const [first, ...others] = await Promise.all(asked)
    expect(others).toEqual([first, first])
  })
}
