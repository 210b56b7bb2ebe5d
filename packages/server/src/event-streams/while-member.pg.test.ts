import { once } from 'node:events'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { testServer } from '../testing/server.ts'
import { whileMember } from './while-member.ts'

const it = testServer()

test('a stream ends when its reader is a member no more, and not before', async () => {
  const { id: userId, organization } = await it.newUser('reader')
  const { pool } = it.server
  const { rows } = await pool.query('select id from organizations where slug = $1', [organization])
  const services = { pool, log: pino({ level: 'silent' }) }
  const member = whileMember(services, { organizationId: rows[0].id, userId }, new AbortController().signal, 20)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(member.signal.aborted).toBe(false)
  const aborted = once(member.signal, 'abort')
  await pool.query('delete from memberships where user_id = $1', [userId])
  await aborted
  member.end()
})
