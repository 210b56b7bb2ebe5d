/** Measures the most frequent operations on the database of a busy company. */
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { flatIr, startProduct } from '../../test/product.ts'
import { fillDatabase, wholeTableScans } from '../filled-database.ts'
import { p50p99, type Row } from '../measure.ts'

const requestsPerSecond = 200
const samplesEach = 300
const buildSamples = 2_000

type Ask = (n: number) => { path: string; body?: unknown }

/**
 * Requests by name. The n-th request reads other organizations, pipelines and builds than the
 * previous one.
 */
const asked: Readonly<Record<string, Ask>> = {
  getCurrentUser: () => ({ path: '/user' }),
  listOrganizations: () => ({ path: '/organizations?limit=100' }),
  listPipelines: (n) => ({ path: `${org(n)}/pipelines` }),
  getPipeline: (n) => ({ path: pipe(n) }),
  listBuilds: (n) => ({ path: `${pipe(n)}/builds` }),
  'listBuilds by state': (n) => ({ path: `${pipe(n)}/builds?state=failed` }),
  getBuild: (n) => ({ path: `${pipe(n)}/builds/${1 + (n % 100)}` }),
  listJobs: (n) => ({ path: `${pipe(n)}/builds/${1 + (n % 100)}/jobs` }),
  getBuildLogToken: (n) => ({ path: `${pipe(n)}/builds/${1 + (n % 100)}/log-token` }),
  listBillingTransactions: (n) => ({ path: `/billing/transactions/org-${1 + (n % 200)}` }),
  getBillingUsage: (n) => ({ path: `/billing/usage/org-${1 + (n % 200)}?from=2026-01-01&to=2026-12-31` }),
  listPipelineSummaries: (n) => ({ path: `${org(n)}/pipeline-summaries` }),
  listOrganizationBuilds: (n) => ({ path: `${org(n)}/builds` }),
  getBuildView: (n) => ({ path: `${pipe(n)}/builds/${1 + (n % 100)}/view` }),
  createBuild: (n) => ({
    path: `${pipe(n)}/builds`,
    body: { branch: 'main', commit: 'c', pipeline_ir: flatIr([{ key: 'a', cmd: 'true' }]) },
  }),
}
const org = (n: number) => `/organizations/org-${1 + (n % 200)}`
const pipe = (n: number) => `${org(n)}/pipelines/pipe-${1 + (n % 5)}`

/** Returns the times of this many requests in milliseconds. */
type Measure = (ask: Ask, samples: number) => Promise<readonly number[]>

/** A server without a runner, on a database of 100,000 builds. */
async function withFilled(run: (measure: Measure, client: pg.ClientBase) => Promise<string>): Promise<string> {
  const product = await startProduct({ HARMONT_RUNNER: 'off', HARMONT_RATE_LIMITS: 'off' })
  const client = await product.pool.connect()
  try {
    await fillDatabase(client)
    return await run(
      (ask, samples) => measure((n) => request(product.server().url, product.token, ask(n)), samples),
      client,
    )
  } finally {
    client.release()
    await product.remove()
  }
}

export const filledRows: readonly Row[] = [
  {
    what: 'GET build and list builds',
    must: 'p99 <= 20 ms at 200 requests/s with 100,000 builds',
    run: () =>
      withFilled(async (measure) => {
        const builds = (n: number) => `${pipe(n >> 1)}/builds`
        const ask: Ask = (n) => ({ path: n % 2 === 0 ? `${builds(n)}/${1 + (n % 100)}` : builds(n) })
        return `${p50p99(await measure(ask, buildSamples))}, with 100,000 builds`
      }),
  },
  {
    what: 'the most used operations with 100,000 builds, 1,000 pipelines, 200 organizations',
    must: 'p99 <= 20 ms at 200 requests/s, no whole-table scan',
    run: () =>
      withFilled(async (measure, client) => {
        const lines: string[] = []
        const before = await wholeTableScans(client)
        for (const [name, ask] of Object.entries(asked))
          lines.push(`${name} ${p50p99(await measure(ask, samplesEach))}`)
        const after = await wholeTableScans(client)
        const scanned = [...after].filter(([table, scans]) => scans > (before.get(table) ?? 0)).map(([table]) => table)
        return `${lines.join('; ')}; tables scanned whole: ${scanned.join(', ') || 'none'}`
      }),
  },
]

/**
 * Sends requests at a fixed rate, without waiting for answers, and returns the time of each in
 * milliseconds.
 */
async function measure(ask: (n: number) => Promise<void>, count: number): Promise<readonly number[]> {
  for (let n = 0; n < 20; n += 1) await ask(n * 7)
  const samples: number[] = []
  const running: Promise<void>[] = []
  const began = performance.now()
  for (let n = 0; n < count; n += 1) {
    await sleep(Math.max(0, began + (n * 1000) / requestsPerSecond - performance.now()))
    const started = performance.now()
    running.push(ask(n).then(() => void samples.push(performance.now() - started)))
  }
  await Promise.all(running)
  return samples
}

async function request(url: string, token: string, { path, body }: { path: string; body?: unknown }): Promise<void> {
  const response = await fetch(`${url}/api/v0${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (response.status === 501) return
  if (!response.ok) throw new Error(`${path} → ${response.status} ${text.slice(0, 300)}`)
}
