import { once } from 'node:events'
import { until } from '@harmont/test-kit/until'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { testServer } from '../testing/server.ts'
import { whileMember } from './while-member.ts'

const it = testServer()

test('a stream ends when its reader is a member no more, and not before', async () => {
  const { id: userId, organization } = await it.newUser('reader')
  const { pool } = it.server
  const { rows } = await pool.query('select id from organizations where slug = $1', [organization])
  let asked = 0
  const counting = new Proxy(pool, {
    get(target, name) {
      if (name === 'query') asked += 1
      const value = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const services = { pool: counting, log: pino({ level: 'silent' }) }
  const member = whileMember(services, { organizationId: rows[0].id, userId }, new AbortController().signal, 20)
  // The first two were answered, or nearly, when it asks for the third time.
  await until(() => asked >= 3)
  expect(member.signal.aborted).toBe(false)
  const aborted = once(member.signal, 'abort')
  await pool.query('delete from memberships where user_id = $1', [userId])
  await aborted
  member.end()
})
