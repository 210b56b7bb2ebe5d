import { expect, test } from 'vitest'
import { WantedQueue } from './wanted-queue.ts'

test('what somebody waits for is sent first, also where it was to be sent unasked before', () => {
  const queue = new WantedQueue()
  for (const snapshot of ['a', 'b', 'c']) queue.add({ snapshot, form: 'erofs', ahead: true })
  queue.add({ snapshot: 'd', form: 'erofs' })
  queue.add({ snapshot: 'b', form: 'erofs' })
  // An older answer says what was so before.
  queue.add({ snapshot: 'b', form: 'erofs', ahead: true })
  const order: string[] = []
  for (let next = queue.next(); next !== undefined; next = queue.next()) {
    order.push(next.ahead === true ? `${next.snapshot} unasked` : next.snapshot)
    queue.remove(next.snapshot)
  }
  expect(order).toEqual(['b', 'd', 'a unasked', 'c unasked'])
})
