import { describe, expect, test } from 'vitest'
import { newNotification } from '../../notifications/builds.test-support.ts'
import { ir } from '../../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'

const token = 'the-metrics-token-of-tests'
const open = testServer()
const guarded = testServer({ HARMONT_METRICS_TOKEN: token })

describe('metrics', () => {
  test('are Prometheus text: requests by operation, connections, pending work', async () => {
    await open.request(ownerToken, 'GET', '/api/v0/user')
    await open.request(null, 'GET', '/nothing')
    const { status, headers, body } = await open.request<string>(null, 'GET', '/metrics')
    expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
    expect(body).toContain(
      'harmont_http_request_duration_seconds_count{operation="getCurrentUser",method="GET",status="200"} 1\n',
    )
    expect(body).toContain(
      'harmont_http_request_duration_seconds_count{operation="none",method="GET",status="404"} 1\n',
    )
    expect(body).toMatch(/^harmont_database_connections\{state="open"\} [1-9]/m)
    expect(body).toMatch(/^process_resident_memory_bytes \d/m)
    for (const line of [
      'harmont_database_up 1',
      'harmont_jobs_waiting 0',
      'harmont_jobs_running 0',
      'harmont_builds_unfinished 0',
    ])
      expect(body).toContain(`${line}\n`)
    expect(body).not.toContain('/nothing')
  })

  test('report ready jobs by pool, including pools with idle runners', async () => {
    const { store } = open.server.engine
    await store.runners.seen('r', { pool: 'gpu', labels: [], queues: null }, store.now())
    const slug = await open.newPipeline()
    const strange = { key: 'b', cmd: 'true', runner_args: { pool: 'nobody-has-it' } }
    const build = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }, strange) }
    await open.request(ownerToken, 'POST', `/api/v0/organizations/default/pipelines/${slug}/builds`, build)
    const { body } = await open.request<string>(null, 'GET', '/metrics')
    expect(body).toContain('harmont_jobs_ready{pool="default"} 1\n')
    expect(body).toContain('harmont_jobs_ready{pool="gpu"} 0\n')
    // A pipeline may name any pool, which adds no label.
    expect(body).toContain('harmont_jobs_ready{pool="other"} 1\n')
    expect(body).not.toContain('nobody-has-it')
    expect(body).toContain('harmont_jobs_waiting_by_reason{reason="runner"} 2\n')
    expect(body).toContain('harmont_runners{pool="gpu",state="ready"} 1\n')
    expect(body).toContain('harmont_tasks_oldest_seconds 0\n')
    await store.runners.drain('r', store.now())
    await store.runners.seen('gone', { pool: 'gpu', labels: [], queues: null }, store.now() - 61_000)
    const later = (await open.request<string>(null, 'GET', '/metrics')).body
    expect(later).toContain('harmont_runners{pool="gpu",state="draining"} 1\n')
    expect(later).toContain('harmont_runners{pool="gpu",state="gone"} 1\n')
    expect(later).not.toContain('harmont_runners{pool="gpu",state="ready"}')
  })

  test('report the number of waiting notifications, and the age of the oldest due one', async () => {
    const { notification } = await newNotification(open, { url: 'https://example.com/' })
    const { notification: off } = await newNotification(open, { url: 'https://example.com/' })
    const { pool } = open.server
    await pool.query('update notifications set disabled_at = now() where id = $1', [off.id])
    await pool.query(
      `insert into notification_deliveries (id, notification_id, event, body, state, created_at, expires_at, next_at)
       select gen_random_uuid(), n.id, 'finished', '{}', s.state, now(), now(), now() - s.age * interval '1 second'
         from notifications n, (values ('waiting', 100), ('waiting', 50), ('sent', 900)) as s (state, age)`,
    )
    const told = async () => {
      const { body } = await open.request<string>(null, 'GET', '/metrics')
      const of = (name: string) => Number(new RegExp(`^harmont_notifications_${name} ([\\d.]+)$`, 'm').exec(body)?.[1])
      return [of('waiting'), Math.floor(of('oldest_seconds') / 100)]
    }
    expect(await told()).toEqual([2, 1])
    // The receiver is down, and is retried in a minute.
    await pool.query("update notifications set retry_at = now() + interval '1 minute' where id = $1", [notification.id])
    expect(await told()).toEqual([2, 0])
    await pool.query('delete from notifications')
  })

  test('without a token can be read only from this machine, and not through a proxy', async () => {
    for (const header of ['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'Via']) {
      const answer = await open.request(null, 'GET', '/metrics', undefined, { [header]: '127.0.0.1' })
      expect([answer.status, codeOf(answer)]).toEqual([401, 'unauthorized'])
    }
  })

  test('with a token can be read with the token from anywhere', async () => {
    for (const wrong of [null, 'x', `${token}x`, ownerToken])
      expect((await guarded.request(wrong, 'GET', '/metrics')).status).toBe(401)
    expect((await guarded.request(token, 'GET', '/metrics', undefined, { 'x-forwarded-for': '1.1.1.1' })).status).toBe(
      200,
    )
  })
})
