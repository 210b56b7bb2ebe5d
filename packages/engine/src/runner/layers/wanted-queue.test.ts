import { expect, test } from 'vitest'
import { WantedQueue } from './wanted-queue.ts'

test('a snapshot that a job waits for is sent first, even if it was to be sent ahead before', () => {
  const queue = new WantedQueue()
  for (const snapshot of ['a', 'b', 'c']) queue.add({ snapshot, form: 'erofs', ahead: true })
  queue.add({ snapshot: 'd', form: 'erofs' })
  queue.add({ snapshot: 'b', form: 'erofs' })
  // An older answer describes an earlier state.
  queue.add({ snapshot: 'b', form: 'erofs', ahead: true })
  const order: string[] = []
  for (let next = queue.next(); next !== undefined; next = queue.next()) {
    order.push(next.ahead === true ? `${next.snapshot} unasked` : next.snapshot)
    queue.remove(next.snapshot)
  }
  expect(order).toEqual(['b', 'd', 'a unasked', 'c unasked'])
})
