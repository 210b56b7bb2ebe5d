/**
 * Tests webhooks that are repeated and out of order, a failing forge and a killed server. Each
 * delivery and pipeline must have one build with one correct check, charged once, and no secret may
 * appear anywhere.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Delivery, Misbehaviour } from '@harmont/outside/github'
import { chance, scaled } from '@harmont/test-kit/effort'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Connected, discovered, startConnected } from './connected.ts'

const deliveries = scaled(16, 1000)
const kills = scaled(1, 10)
const { seed, fraction, pick } = chance()
const timeout = 600_000 + deliveries * 3_000
const secret = `chaos-secret-${seed}-that-is-told-to-nobody`

const code = `import { pipeline, sh } from '@harmont/hm'
const run = () => pipeline([sh('echo "the token is $TOKEN"; test ! -e slow || sleep 1.1; test ! -e fail', { secrets: { TOKEN: 'token' } })], { defaultImage: 'host' })
export default [
  { slug: 'ci', triggers: [{ event: 'push', tags: ['v-*', 'both-*'] }], pipeline: run },
  { slug: 'pr', triggers: [{ event: 'push', tags: ['both-*'] }, { event: 'pull_request', types: ['reopened'] }], pipeline: run },
]
`

let it: Connected
beforeAll(async () => {
  // A second costs less than a cent, and a slow build more than a cent. The remainder is carried
  // from lease to lease.
  const env = { HARMONT_BILLING_RATES: 'vcpu=480000,memory=7000,disk=0', HARMONT_RUNNER_SLOTS: '6' }
  it = await startConnected({ '.hm/ci.ts': code }, env)
  await discovered(it, ['ci', 'pr'])
  const set = await fetch(`${it.product.server().url}/api/v0/organizations/default/secrets`, {
    method: 'POST',
    headers: { authorization: `Bearer ${it.product.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'token', value: secret }),
  })
  expect(set.status).toBe(204)
})
afterAll(() => it?.remove())

/** The required result of one delivery. */
interface Wanted {
  readonly delivery: Delivery
  readonly pipelines: readonly string[]
  readonly conclusion: 'success' | 'failure'
  readonly commit: string
}

/** Creates actions of users at GitHub without sending their webhooks. */
async function makeDeliveries(count: number): Promise<readonly Wanted[]> {
  const { github, repository, owner } = it
  github.webhooks.hold()
  const heads = []
  for (let n = 0; n < 6; n += 1) {
    const kind = ['slow', 'good', 'fail'][n % 3] ?? ''
    const { commit } = await github.push(repository, { [kind]: `${n}` }, { branch: `head-${n}` })
    const pull = await github.openPullRequest(repository, { head: `head-${n}`, author: owner })
    heads.push({ commit, pull, conclusion: kind === 'fail' ? 'failure' : 'success' } as const)
  }
  const kinds = [
    ['v', ['ci']],
    ['v', ['ci']],
    ['both', ['ci', 'pr']],
    ['reopened', ['pr']],
    ['closed', []],
    ['other', []],
    ['other', []],
  ] as const
  const wanted: Wanted[] = []
  for (let n = 0; n < count; n += 1) {
    // The first delivery builds a slow commit, so that at least one build is charged.
    const { commit, pull, conclusion } = pick(n === 0 ? heads.slice(0, 1) : heads)
    const [kind, pipelines] = pick(n === 0 ? kinds.slice(0, 1) : kinds)
    if (kind === 'reopened' || kind === 'closed') await github.updatePullRequest(repository, pull, kind)
    else await github.pushTag(repository, `${kind}-${n}`, commit)
    const delivery = github.webhooks.made.at(-1)
    if (delivery === undefined) throw new Error('nothing was told')
    wanted.push({ delivery, pipelines, conclusion, commit })
  }
  await github.webhooks.release(() => [])
  return wanted
}

test(`G02 G15 G36 G41 ${deliveries} deliveries, ${kills} kills, seed ${seed}`, { timeout }, async () => {
  const { pool, github, product } = it
  const began = Date.now()
  const distinct = Math.ceil(deliveries / 2)
  const wanted = await makeDeliveries(distinct)
  const builds = wanted.reduce((sum, { pipelines }) => sum + pipelines.length, 0)
  const sent = shuffled([...wanted, ...Array.from({ length: deliveries - distinct }, () => pick(wanted))])
  const statuses = new Map<number, number>()

  let faults = 0
  github.disturb(() => {
    const fault = faultOf()
    if (fault !== undefined) faults += 1
    return fault
  })
  const send = (list: readonly Wanted[]) => {
    const queue = [...list]
    return Array.from({ length: 8 }, async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        for (;;) {
          const status = await github.webhooks.send(next.delivery)
          statuses.set(status, (statuses.get(status) ?? 0) + 1)
          // A delivery without a response is repeated; all responses are checked below.
          if (status !== 0 && status !== 503) break
          await sleep(100)
        }
      }
    })
  }
  const progress = async () => {
    const { rows } = await pool.query<{ done: number }>(
      `select (select count(*) from webhook_deliveries where processed_at is not null)::int
            + (select count(*) from build_records r join engine.builds b on b.id = r.id where b.finished_at is not null)::int as done`,
    )
    return rows[0]?.done ?? 0
  }
  // Each kill comes while deliveries arrive and most earlier deliveries are done.
  for (let kill = 0; kill < kills; kill += 1) {
    const from = Math.floor((kill * sent.length) / kills)
    const to = Math.floor(((kill + 1) * sent.length) / kills)
    const before = new Set(sent.slice(0, from))
    const due = [...before].reduce((sum, { pipelines }) => sum + 1 + pipelines.length, 0)
    await until(progress, (done) => done >= due * 0.7, { timeoutMs: timeout })
    const sending = send(sent.slice(from, to))
    await sleep(fraction() * 300)
    product.server().kill('SIGKILL')
    await product.restart()
    await Promise.all(sending)
  }

  const told = async () =>
    await until(
      () => buildsOf(),
      (rows) => rows.length >= builds && rows.every((row) => row.finished_at),
      { timeoutMs: timeout },
    )
  const made = await told()
  github.disturb(null)
  await until(pending, (jobs) => jobs.length === 0, { timeoutMs: timeout, restMs: 100 })
  const runs = github.checkRuns(it.repository).filter(({ fields }) => String(fields.name).startsWith('harmont/'))
  const report = { seed, deliveries, distinct, builds, kills, faults, seconds: Math.round((Date.now() - began) / 1000) }
  console.info(JSON.stringify({ ...report, statuses: Object.fromEntries(statuses) }))

  expect(
    [...statuses.keys()].filter((status) => ![0, 200, 202, 503].includes(status)),
    'answers',
  ).toEqual([])
  const open = await pool.query(
    'select * from webhook_deliveries where processed_at is null or payload is not null or problem is not null',
  )
  expect(open.rows, 'deliveries that are not processed').toEqual([])

  const expected = wanted.flatMap(({ delivery, pipelines }) => pipelines.map((slug) => `${delivery.id} ${slug}`))
  expect(made.map((row) => `${row.delivery_id} ${row.source_slug}`).toSorted(), 'one build each').toEqual(
    expected.toSorted(),
  )
  const conclusions = new Map(wanted.map(({ delivery, conclusion }) => [delivery.id, conclusion]))
  const right = made.map((row) => `${row.id} ${conclusions.get(row.delivery_id)}`)
  const shown = runs.map(({ fields, history }) => `${fields.external_id} ${history.at(-1)?.conclusion}`)
  expect(shown.toSorted(), 'one right check each').toEqual(right.toSorted())
  expect(github.violations).toEqual([])

  const { rows: books } = await pool.query(
    `select (select count(*) from vm_leases)::int as leases,
            (select count(*) from engine.jobs where step is not null and started_at is not null)::int as jobs,
            (select coalesce(sum(debit_cents), 0) from vm_leases)::int as debits,
            (select coalesce(-sum(amount_cents), 0) from ledger_entries)::int as ledger,
            (select coalesce(-sum(balance_cents), 0) from billing_accounts)::int as balance,
            (select floor(sum(cost) / 1000000.0) from vm_leases)::int as cost`,
  )
  const [book] = books
  console.info(JSON.stringify(book))
  expect(book.leases, 'a lease for each job').toBe(book.jobs)
  const unstarted = await pool.query(
    `select b.state as build, j.step, j.attempt, j.state, j.lost, j.skip_reason, j.error_code, j.error_message
       from engine.jobs j join engine.builds b on b.id = j.build_id join build_records r on r.id = b.id
      where b.id in (select build_id from engine.jobs where step is not null and started_at is null)`,
  )
  expect([unstarted.rows, book.leases], 'a job that was started for each build').toEqual([[], builds])
  expect(book.debits).toBeGreaterThan(0)
  expect([book.ledger, book.balance, book.cost], 'the ledger is the sum of the leases').toEqual([
    book.debits,
    book.debits,
    book.debits,
  ])

  expect(await placesOfSecret(), 'places where the secret is').toEqual([])
})

interface BuildRow {
  readonly id: string
  readonly delivery_id: string
  readonly source_slug: string
  readonly finished_at: Date | null
}

async function buildsOf(): Promise<readonly BuildRow[]> {
  const { rows } = await it.pool.query<BuildRow>(
    `select r.id, r.delivery_id, p.source_slug, b.finished_at
       from build_records r join pipelines p on p.id = r.pipeline_id join engine.builds b on b.id = r.id`,
  )
  return rows
}

const followUps = ['process_delivery', 'follow_build', 'meter_organization', 'build_ended']

/**
 * Returns open tasks, except those of the clock, and shortens the growing pauses of failed tasks. A
 * task that failed because another replaced it counts as done.
 */
async function pending(): Promise<readonly unknown[]> {
  const { rows } = await it.pool.query<{ id: string }>(
    `select id, task_identifier, attempts, last_error from graphile_worker.jobs
      where task_identifier = any ($1) and (attempts < max_attempts or key is not null or locked_at is not null)`,
    [followUps],
  )
  await it.pool.query('select graphile_worker.reschedule_jobs($1, run_at => now())', [rows.map(({ id }) => id)])
  return rows
}

/**
 * Returns the places that contain the secret among all stored and sent data: each row of the
 * database, the server's log, GitHub's checks, and the log of each job.
 */
async function placesOfSecret(): Promise<readonly string[]> {
  const hex = Buffer.from(secret).toString('hex')
  const base64 = Buffer.from(secret).toString('base64').replaceAll('=', '').slice(4, -4)
  const forms = [secret, encodeURIComponent(secret), hex, base64]
  const holds = (text: string) => forms.some((form) => text.includes(form))
  const places: string[] = []
  const { rows: tables } = await it.pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
  )
  for (const { name } of tables) {
    const { rows } = await it.pool.query(`select count(*)::int as found from ${name} t where t::text like any ($1)`, [
      forms.map((form) => `%${form}%`),
    ])
    if (rows[0].found > 0) places.push(`${rows[0].found} rows of ${name}`)
  }
  if (holds(readFileSync(join(it.product.dataDirectory, 'server.log'), 'utf8'))) places.push('the log of the server')
  if (holds(JSON.stringify(it.github.world.checks.map(({ fields }) => fields)))) places.push('a check')
  const { rows: jobs } = await it.pool.query<{ id: string }>(
    'select j.id from engine.jobs j join build_records r on r.id = j.build_id where j.step is not null',
  )
  let masked = 0
  for (const { id } of jobs) {
    const log = await it.product.api.readLog(id, { remarks: true })
    if (holds(log)) places.push(`the log of ${id}`)
    if (log.includes('the token is ***')) masked += 1
  }
  // Proves that the search covered the log of every job.
  expect(masked, 'jobs that told it').toBe(jobs.length)
  return places
}

/** Makes one request in eight fail. Hanging requests take ten seconds, so they are rare. */
function faultOf(): Misbehaviour | undefined {
  if (fraction() > 0.125) return undefined
  const how = fraction() < 0.03 ? 'hang' : pick(['500', '502', '429', 'secondary', 'reset', 'after'] as const)
  return { how, retryAfterSeconds: 1 }
}

function shuffled<T>(list: readonly T[]): readonly T[] {
  return list
    .map((each) => ({ each, at: fraction() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ each }) => each)
}
