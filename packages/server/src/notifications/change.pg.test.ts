/** Concurrent changes of notifications, and deliveries to members who have left. */
import { until } from '@harmont/test-kit/until'
import { afterEach, expect, test } from 'vitest'
import { codeOf, ownerToken, testServer } from '../testing/server.ts'
import { logOf, newNotification } from './builds.test-support.ts'

// This role has no worker, so nothing is sent.
const it = testServer({ HARMONT_ROLE: 'api' })
const path = '/api/v0/organizations/default/notifications'
afterEach(() => it.server.pool.query('delete from notifications'))

test('two concurrent changes are both applied', async () => {
  const { notification } = await newNotification(it, { url: 'https://example.com/hook' })
  const change = (body: object) => it.request(ownerToken, 'PATCH', `${path}/${notification.id}`, body)
  const other = await it.server.pool.connect()
  try {
    await other.query('begin')
    await other.query('select from notifications where id = $1 for update', [notification.id])
    const changes = [{ events: ['broke'] }, { branches: ['main'] }, { enabled: false }].map(change)
    const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    await until(
      () => it.server.pool.query(waiting),
      ({ rowCount }) => rowCount === changes.length,
    )
    await other.query('commit')
    expect((await Promise.all(changes)).map(({ status }) => status)).toEqual([200, 200, 200])
  } finally {
    other.release(true)
  }
  const { body } = await it.request<{ data: object[] }>(ownerToken, 'GET', path)
  expect(body.data).toMatchObject([{ events: ['broke'], branches: ['main'], enabled: false }])
})

test('a test and a delivery for a member who has left are refused, and are not recorded as sent', async () => {
  const ada = await it.newMember('ada')
  const wish = { kind: 'email', email: 'ada@example.com', events: ['broke'] }
  const { id } = (await newNotification(it, wish)).notification
  expect((await it.request(ownerToken, 'POST', `${path}/${id}/test`)).status).toBe(202)
  const log = await logOf(it, id)
  expect(log).toMatchObject([{ state: 'sent', attempts: 1 }])
  await it.server.pool.query("delete from memberships where user_id = $1 and role = 'member'", [ada.id])
  for (const again of ['test', `deliveries/${log[0]?.id}/replay`])
    expect([again, codeOf(await it.request(ownerToken, 'POST', `${path}/${id}/${again}`))]).toEqual([
      ...[again, 'notification_disabled'],
    ])
  expect(await logOf(it, id)).toEqual(log)
  const { rows } = await it.server.pool.query("select from audit_events where action = 'notification.replayed'")
  expect(rows).toEqual([])
})
