import { once } from 'node:events'
import { until } from '@harmont/test-kit/until'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { testServer } from '../testing/server.ts'
import { whileAllowed } from './while-allowed.ts'

const it = testServer()

test.for([
  ['its reader is a member no more', 'gone', 'delete from memberships where user_id = $1'],
  ['the key that it is read with is revoked', 'revoked', 'delete from api_keys where user_id = $1'],
  ['the key that it is read with has ended', 'late', 'update api_keys set expires_at = now() where user_id = $1'],
] as const)('G30 a stream ends when %s, and not before', async ([, reader, statement]) => {
  const { id: userId, organization } = await it.newUser(reader)
  const { pool } = it.server
  const { rows } = await pool.query(
    'select o.id, k.id as key from organizations o, api_keys k where slug = $1 and k.user_id = $2',
    [organization, userId],
  )
  let asked = 0
  const counting = new Proxy(pool, {
    get(target, name) {
      if (name === 'query') asked += 1
      const value = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const services = { pool: counting, log: pino({ level: 'silent' }) }
  const holder = { organizationId: rows[0].id, credentialId: rows[0].key }
  const reading = whileAllowed(services, holder, new AbortController().signal, 20)
  // The first two were answered, or nearly, when it asks for the third time.
  await until(() => asked >= 3)
  expect(reading.signal.aborted).toBe(false)
  const aborted = once(reading.signal, 'abort')
  await pool.query(statement, [userId])
  await aborted
  reading.end()
})
