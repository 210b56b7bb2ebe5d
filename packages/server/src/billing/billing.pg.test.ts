import { randomUUID } from 'node:crypto'
import { testKey } from '@harmont/engine'
import { expect, test } from 'vitest'
import { recordArtifactDays } from '../builds/artifacts/kept-days.ts'
import { transaction } from '../platform/database/transaction.ts'
import { settingsTable } from '../platform/settings/table.ts'
import { ir, playJob } from '../testing/runner.ts'
import { type Answer, codeOf, ownerToken, testServer } from '../testing/server.ts'
import { findMismatches, writeCredit } from './ledger/ledger.ts'
import { findForgotten, meterOrganization } from './usage/metering.ts'

const it = testServer()
const rates = settingsTable.billingRates.fallback

interface Used {
  readonly startedAt: string
  readonly seconds: number
  readonly buildId?: string
}

/** Inserts an uncharged attempt, as the end of a job does. */
async function use(organizationId: string, { startedAt, seconds, buildId = randomUUID() }: Used): Promise<string> {
  const jobId = randomUUID()
  await it.server.pool.query(
    `insert into unmetered_jobs (job_id, organization_id, build_id, step_key, job_name, started_at, finished_at, cpu_count, memory_gb, disk_gb)
     values ($1, $2, $3, 'test', 'Test', $4, $4::timestamptz + make_interval(secs => $5), 2, 4, 20)`,
    [jobId, organizationId, buildId, startedAt, seconds],
  )
  return jobId
}

async function newOrganization(): Promise<{ readonly id: string; readonly slug: string; readonly token: string }> {
  const { organization, token } = await it.newUser(`user-${randomUUID().slice(0, 8)}`)
  const { rows } = await it.server.pool.query('select id from organizations where slug = $1', [organization])
  return { id: rows[0].id, slug: organization, token }
}

async function build(over = true): Promise<{ readonly id: string; readonly slug: string }> {
  const slug = await it.newPipeline()
  const { body } = await it.request<{ id: string }>(
    ownerToken,
    'POST',
    `/api/v0/organizations/default/pipelines/${slug}/builds`,
    { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }) },
  )
  // Cancels the build, so that the runner of another test cannot lease its job.
  if (over) await it.request(ownerToken, 'PUT', `/api/v0/organizations/default/pipelines/${slug}/builds/1/cancel`)
  return { id: body.id, slug }
}

async function defaultOrganization(): Promise<string> {
  const { rows } = await it.server.pool.query("select id from organizations where slug = 'default'")
  return rows[0].id
}

test('G41 an attempt is charged once by any number of concurrent runs', async () => {
  const { id, slug, token } = await newOrganization()
  for (let n = 0; n < 40; n += 1) await use(id, { startedAt: '2026-03-01T00:00:00Z', seconds: 7 })
  await Promise.all(Array.from({ length: 8 }, () => meterOrganization(it.server.pool, id, rates)))
  // 40 leases of 7 s: 280 s are 11.76 cents.
  const balance = await it.request(token, 'GET', `/api/v0/billing/balance/${slug}`)
  expect(balance.body).toEqual({ balance_cents: -11 })
  const { rows } = await it.server.pool.query(
    `select (select count(*)::int from vm_leases where organization_id = $1) as leases,
            (select sum(debit_cents)::int from vm_leases where organization_id = $1) as debited,
            (select carry::int from billing_accounts where organization_id = $1) as carry,
            (select count(*)::int from unmetered_jobs where organization_id = $1) as left`,
    [id],
  )
  expect(rows[0]).toEqual({ leases: 40, debited: 11, carry: 760_000, left: 0 })
  expect(await findMismatches(it.server.pool)).toEqual([])
})

test('G40 the ledger cannot be changed, and a changed balance is detected', async () => {
  const { id } = await newOrganization()
  const credit = {
    id: randomUUID(),
    organizationId: id,
    amountCents: 500,
    source: 'admin_grant',
    description: null,
  } as const
  expect(await writeCredit(it.server.pool, credit)).toBe(500)
  for (const statement of [
    'update ledger_entries set amount_cents = 1 where organization_id = $1',
    'delete from ledger_entries where organization_id = $1',
  ])
    await expect(it.server.pool.query(statement, [id])).rejects.toThrow('only ever added to')
  await it.server.pool.query('update billing_accounts set balance_cents = 501 where organization_id = $1', [id])
  expect(await findMismatches(it.server.pool)).toMatchObject([{ organization_id: id, balance: '501', ledger: '500' }])
  await it.server.pool.query('update billing_accounts set balance_cents = 500 where organization_id = $1', [id])
})

test('a window is half-open, a bare date is the whole day, and days without use have a bucket', async () => {
  const { id, slug, token } = await newOrganization()
  await use(id, { startedAt: '2026-03-01T00:00:00Z', seconds: 300 })
  await use(id, { startedAt: '2026-03-03T23:59:59.999Z', seconds: 600 })
  await use(id, { startedAt: '2026-03-04T00:00:00Z', seconds: 9 })
  await meterOrganization(it.server.pool, id, rates)
  const ask = (window: string, what = '') => it.request(token, 'GET', `/api/v0/billing/usage/${slug}${what}?${window}`)
  const usage = {
    cpu_seconds: 1800,
    memory_gb_seconds: 3600,
    disk_gb_seconds: 18_000,
    total_cents: 37,
    artifact_gb_days: 0,
  }
  expect((await ask('from=2026-03-01&to=2026-03-03')).body).toEqual(usage)
  expect((await ask('from=2026-03-01T01:00:00 01:00&to=2026-03-04T00:00:00Z')).body).toEqual(usage)
  const series = await ask('from=2026-03-01T05:00:00Z&to=2026-03-04', '/series')
  expect(series.body.data).toMatchObject([
    { date: '2026-03-01', total_cents: 0 },
    { date: '2026-03-02', total_cents: 0 },
    { date: '2026-03-03', cpu_seconds: 1200, total_cents: 25 },
    { date: '2026-03-04', cpu_seconds: 18 },
  ])
})

test.for([
  ['', '`from` is required'],
  ['from=2026-03-01', '`to` is required'],
  ['from=2026-03-01&to=yesterday', '`to` must be an instant'],
  ['from=2026-02-30&to=2026-03-01', '`from` must be a day that exists'],
  ['from=2026-03-02&to=2026-03-01', '`to` must be after'],
  ['from=2025-01-01&to=2026-03-01', '`to` must be at most 366 days'],
] as const)('the window %s is refused', async ([window, message]) => {
  const answer = await it.request(ownerToken, 'GET', `/api/v0/billing/usage/default?${window}`)
  expect([answer.status, codeOf(answer)]).toEqual([422, 'billing_usage_window_invalid'])
  expect(JSON.stringify(answer.body)).toContain(message)
})

test('the breakdown lists builds with their leases, newest first, in pages, and includes deleted builds', async () => {
  const organizationId = await defaultOrganization()
  const older = await build()
  const newer = await build()
  await use(organizationId, { startedAt: '2026-04-01T10:00:00Z', seconds: 60, buildId: older.id })
  await use(organizationId, { startedAt: '2026-04-01T11:00:00Z', seconds: 60, buildId: newer.id })
  const second = await use(organizationId, { startedAt: '2026-04-01T12:00:00Z', seconds: 120, buildId: newer.id })
  await use(organizationId, { startedAt: '2026-03-31T09:00:00Z', seconds: 60 })
  await meterOrganization(it.server.pool, organizationId, rates)
  const path = '/api/v0/billing/usage/default/breakdown?from=2026-03-30&to=2026-04-02'
  const { body } = await it.request<{ data: Record<string, unknown>[]; next_cursor: string | null }>(
    ownerToken,
    'GET',
    path,
  )
  expect(body.next_cursor).toBeNull()
  expect(body.data.map((each) => [each.build_id, each.job_count])).toEqual([
    [newer.id, 2],
    [older.id, 1],
    [null, 1],
  ])
  expect(body.data[0]).toMatchObject({
    pipeline_slug: newer.slug,
    build_number: 1,
    finished_at: '2026-04-01T12:02:00.000000Z',
    jobs: [{ duration_seconds: 60 }, { job_id: second, duration_seconds: 120, cpu_count: 2 }],
  })
  const paged: unknown[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Answer<typeof body> = await it.request(ownerToken, 'GET', `${path}&limit=1&cursor=${cursor}`)
    paged.push(...page.body.data)
    cursor = page.body.next_cursor
  }
  expect(paged).toEqual(body.data)
  const one = await it.request<typeof body>(ownerToken, 'GET', `${path}&pipeline=${older.slug}`)
  expect(one.body.data.map((each) => each.build_id)).toEqual([older.id])
  const byPipeline = await it.request<typeof body>(
    ownerToken,
    'GET',
    '/api/v0/billing/usage/default/pipelines?from=2026-03-30&to=2026-04-01',
  )
  expect(byPipeline.body.data).toMatchObject([
    { pipeline_slug: newer.slug, cpu_seconds: 360, total_cents: 7, builds: 1 },
    { cpu_seconds: 120, total_cents: 2 },
    { cpu_seconds: 120, total_cents: 2 },
  ])
})

test('the ledger is listed newest first and by source, and debits name their job', async () => {
  const organizationId = await defaultOrganization()
  const { id: buildId, slug } = await build()
  const jobId = await use(organizationId, { startedAt: '2026-05-01T10:00:00Z', seconds: 3600, buildId })
  await meterOrganization(it.server.pool, organizationId, rates)
  const credit = {
    id: randomUUID(),
    organizationId,
    amountCents: 700,
    source: 'admin_grant',
    description: '=1+1',
  } as const
  await writeCredit(it.server.pool, credit)
  const path = '/api/v0/billing/transactions/default'
  const { body } = await it.request<{ data: { id: string }[] }>(ownerToken, 'GET', path)
  expect(body.data.slice(0, 2)).toMatchObject([
    { id: credit.id, amount_cents: 700, source: 'admin_grant', job: null },
    { amount_cents: -151, source: 'vm_lease_debit', job: { pipeline_slug: slug, number: 1, job_id: jobId } },
  ])
  const grants = await it.request<typeof body>(ownerToken, 'GET', `${path}?source=admin_grant`)
  expect(grants.body.data.map(({ id }) => id)).toEqual([credit.id])
  const today = new Date().toISOString().slice(0, 10)
  const csv = await it.request<string>(
    ownerToken,
    'GET',
    `/api/v0/billing/export/default?kind=ledger&from=${today}&to=${today}`,
  )
  expect(csv.headers.get('content-disposition')).toContain('default-ledger.csv')
  expect(csv.body).toContain('\r\n')
  expect(csv.body.split('\r\n')[1]).toMatch(new RegExp(`^${credit.id},.*Z,700,admin_grant,'=1\\+1,,,$`))
  const used = await it.request<string>(
    ownerToken,
    'GET',
    '/api/v0/billing/export/default?kind=usage&from=2026-05-01&to=2026-05-01',
  )
  expect(used.body.split('\r\n')[1]).toContain(`,3600,${slug},1,test,${jobId},2,4,20,151200000,151`)
})

test('G41 the end of a build charges each attempt; a cache hit is free, and a retry is another attempt', async () => {
  const slug = await it.newPipeline()
  const path = `/api/v0/organizations/default/pipelines/${slug}/builds`
  const steps = [
    { key: 'deps', cmd: 'make deps' },
    { key: 'test', cmd: 'make test', builds_in: 'deps', retry: { limit: 1 }, resources: { cpu: 4 } },
  ]
  const made = await it.request<{ id: string }>(ownerToken, 'POST', path, {
    branch: 'main',
    commit: 'c',
    pipeline_ir: ir(...steps),
  })
  const { store } = it.server.engine
  const [hit] = await store.leases.take('test-runner', 1, store.now())
  if (hit === undefined) throw new Error('no job is ready')
  const { jobId: job, fence } = hit
  const outcome = { kind: 'cached', snapshot: 's' } as const
  await store.builds.apply(made.body.id, [{ type: 'ended', job, fence, at: Date.now(), outcome }])
  await (await playJob(it)).end({ exitCode: 1 })
  await (await playJob(it)).end()
  const leases = async () => {
    const { rows } = await it.server.pool.query(
      'select step_key, cpu_count, seconds::int from vm_leases where build_id = $1 order by started_at',
      [made.body.id],
    )
    return rows
  }
  const one = { step_key: 'test', cpu_count: 4, seconds: 0 }
  await expect.poll(leases).toEqual([one, one])
})

test('G41 each proof run of a red test is charged once, as an attempt of its step', async () => {
  const { engine, pool } = it.server
  const path = `/api/v0/organizations/default/pipelines/${await it.newPipeline()}/builds`
  const made = await it.request<{ id: string }>(ownerToken, 'POST', path, {
    ...{ branch: 'main', commit: 'c' },
    pipeline_ir: ir({ key: 'test', label: 'Test', cmd: 'make test', resources: { cpu: 4 }, tests: { forks: 2 } }),
  })
  const cases = [{ suite: 's', name: 'red', state: 'failed' }] as const
  const report = { path: 'junit.xml', format: 'junit', faults: 0, cases } as const
  await (await playJob(it)).end({ exitCode: 1 }, { tests: [report] })
  const { probes, now } = engine.store
  const results = new Map([[testKey(cases[0]), 'failed' as const]])
  const runs: string[] = []
  for (const ms of [60_000, 30_000]) {
    const fork = await probes.take('test-runner', now())
    if (fork === null) throw new Error('expected a run')
    runs.push(fork.fork)
    const startedAt = now()
    const end = { kind: 'ran', startedAt, endedAt: startedAt + ms, exitCode: 1, results, log: [] } as const
    expect([await probes.end(fork, now(), end), await probes.end(fork, now(), end)]).toEqual([true, false])
  }
  await meterOrganization(pool, await defaultOrganization(), rates)
  const { rows } = await pool.query(
    `select job_id, job_name, cpu_count, seconds::int from vm_leases where build_id = $1 and job_id = any($2) order by seconds desc`,
    [made.body.id, runs],
  )
  const lease = { job_name: 'Test (flaky proof)', cpu_count: 4 }
  expect(rows).toEqual([
    { job_id: runs[0], seconds: 60, ...lease },
    { job_id: runs[1], seconds: 30, ...lease },
  ])
})

test('a forgotten attempt is found and charged once', async () => {
  const { id } = await build(false)
  await (await playJob(it)).end()
  await expect
    .poll(async () => (await it.server.pool.query('select 1 from vm_leases where build_id = $1', [id])).rowCount)
    .toBe(1)
  // Waits for the queue: an attempt that is being charged looks forgotten, and is queued again but
  // charged only once.
  await expect.poll(async () => (await it.server.pool.query('select 1 from unmetered_jobs')).rowCount).toBe(0)
  const organization = await defaultOrganization()
  // The row lock stops the server's own charging until this transaction has ended.
  const found = await transaction(it.server.pool, async (client) => {
    await client.query('select 1 from billing_accounts where organization_id = $1 for update', [organization])
    await client.query('delete from vm_leases where build_id = $1', [id])
    return [await findForgotten(client), await findForgotten(client)]
  })
  expect(found).toEqual([1, 0])
  await meterOrganization(it.server.pool, organization, rates)
  expect(await findForgotten(it.server.pool)).toBe(0)
  const { rowCount } = await it.server.pool.query('select 1 from vm_leases where build_id = $1', [id])
  expect(rowCount).toBe(1)
})

test('artifact storage is counted once and exact to the byte, whether a day is recorded, in progress or forgotten', async () => {
  const { id: buildId } = await build()
  const keep = (bytes: number, from: string, to: string | null) =>
    it.server.pool.query(
      `insert into engine.artifacts (build_id, job_id, position, path, kind, bytes, sha256, parts, part_offset, created_at, expired_at)
       values ($1, gen_random_uuid(), 0, 'a', 'file', $2, '', '{same}', 0, $3, $4)`,
      [buildId, bytes, from, to],
    )
  await keep(2 ** 30, '2026-01-01T12:00:00Z', '2026-01-02T06:00:00Z')
  await keep(2 ** 31, '2026-01-02T00:00:00Z', null)
  const days = async (from: string, to: string) => {
    const asked = `/default/series?from=${from}&to=${to}`
    const { body } = await it.request<{ data: { artifact_gb_days: number }[] }>(
      ownerToken,
      'GET',
      `/api/v0/billing/usage${asked}`,
    )
    return body.data.map((day) => day.artifact_gb_days)
  }
  const counted = [0, 0.5, 2.25, 2]
  expect(await days('2025-12-31', '2026-01-03')).toEqual(counted)
  const record = (at: string) => recordArtifactDays(it.server.pool, new Date(at))
  expect([await record('2026-01-03T04:00:00Z'), await record('2026-01-03T05:00:00Z')]).toEqual([2, 0])
  expect(await days('2025-12-31', '2026-01-03')).toEqual(counted)
  await it.server.pool.query('delete from engine.artifacts where build_id = $1 and expired_at is not null', [buildId])
  expect(await days('2025-12-31', '2026-01-03')).toEqual(counted)
  const whole = '/default?from=2026-01-01T12:00:00Z&to=2026-01-03'
  expect((await it.request(ownerToken, 'GET', `/api/v0/billing/usage${whole}`)).body).toMatchObject({
    artifact_gb_days: 4.25,
  })
  const passed = () => (Date.now() % 86_400_000) / 86_400_000
  const today = new Date().toISOString().slice(0, 10)
  const before = passed()
  const [sofar = 0] = await days(today, today)
  expect(sofar).toBeGreaterThanOrEqual(before * 2)
  expect(sofar).toBeLessThanOrEqual(passed() * 2)
  const other = await newOrganization()
  const theirs = await it.request(
    other.token,
    'GET',
    `/api/v0/billing/usage/${other.slug}?from=2026-01-01&to=2026-01-03`,
  )
  expect(theirs.body).toMatchObject({ artifact_gb_days: 0 })
})
