import { createMemoryStore, type Store } from '@harmont/engine'
import { expect, test } from 'vitest'
import { newBuild, plainContext, stepsOf } from '../port-under-test.test-support.ts'
import { Holders } from './holders.ts'

test('G01 a fencing number that a database repeats after losing a commit belongs to the new holder', async () => {
  const created = newBuild(stepsOf(1), 0)
  // The database before and after a failover, which loses the lease.
  const [before, after] = [createMemoryStore(), createMemoryStore()]
  for (const store of [before, after]) store.builds.submit(created, plainContext)
  let store: Store = before
  const holders = new Holders({ holder: (lease) => store.leases.holder(lease) })
  const [first] = await before.leases.take('a', 1, 0)
  if (first === undefined) throw new Error('nothing to lease')
  holders.note('a', [first])
  expect(await holders.holds('a', first)).toBe(true)
  expect(await holders.holds('a', { ...first, buildId: first.jobId })).toBe(false)
  store = after
  const [again] = await after.leases.take('b', 1, 0)
  expect(again).toMatchObject({ jobId: first.jobId, fence: first.fence })
  if (again === undefined) throw new Error('nothing to lease')
  expect(again.leaseId).not.toBe(first.leaseId)
  expect(await holders.holds('b', again)).toBe(true)
  expect(await holders.holds('b', first)).toBe(false)
  // A runner of the last release sends no id, so that its number alone counts for some seconds.
  const { leaseId: _, ...unnamed } = first
  expect(await holders.holds('b', unnamed)).toBe(true)
  expect(await holders.holds('a', unnamed)).toBe(false)
})
