import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type pg from 'pg'
import { expect, test } from 'vitest'
import { costWith } from '../../billing/usage/lease-cost.ts'
import { readSettings } from '../../platform/settings/read-settings.ts'
import { ir, playJob } from '../../testing/runner.ts'
import { ownerToken, publicUrl, testServer } from '../../testing/server.ts'
import { requireBuild } from '../records/require-build.ts'
import { buildView } from './build-view.ts'

const it = testServer()
const organization = '/api/v0/organizations/default'

/**
 * A typical large build: a matrix of tests over a few steps that others build in, some failed, some
 * waiting, some cached by policy.
 */
async function largeBuild(count: number): Promise<string> {
  const slug = await it.newPipeline({ source_slug: 'ci' })
  const steps = Array.from({ length: count }, (_, n) => ({
    key: `test-go-1-2${n % 4}-shard-${n}`,
    label: `Test (go=1.2${n % 4}, shard=${n})`,
    cmd: `go test -race -count=1 ./internal/shard/${n}/... -run 'TestShard${n}'`,
    env: { SHARD: String(n) },
    ...(n % 3 === 0
      ? { cache: { policy: 'on_change', paths: ['go.mod', 'go.sum', 'internal/**'], key: `k${n}` } }
      : {}),
    ...(n >= 10 ? { builds_in: `test-go-1-2${(n % 10) % 4}-shard-${n % 10}`, retry: { limit: 1 } } : {}),
  }))
  const path = `${organization}/pipelines/${slug}/builds`
  await it.request(ownerToken, 'POST', path, { branch: 'main', commit: 'c0ffee', pipeline_ir: ir(...steps) })
  for (let n = 0; n < count / 2; n += 1) {
    const job = await playJob(it)
    await job.log(Array.from({ length: 30 }, (_, line) => `=== RUN TestShard${n}/case_${line}: ${job.id}\n`))
    const left = n < 10 || n % 4 > 0 ? { exitCode: 0, snapshot: `snapshot-of-${job.id}` } : { exitCode: 1 }
    await job.end(left)
  }
  return slug
}

test('web B1 the view of 200 jobs has at most 40 kB compressed, and needs as many queries as a view of 20', async () => {
  const { rows } = await it.server.pool.query<{ id: string }>("select id from organizations where slug = 'default'")
  const counts: number[] = []
  let text = ''
  for (const size of [20, 200]) {
    const slug = await largeBuild(size)
    const found = await requireBuild(it.server.pool, rows[0]?.id ?? '', { pipeline: slug, number: 1 })
    let count = 0
    const counted = {
      query: (...asked: Parameters<pg.Pool['query']>) => {
        count += 1
        return it.server.pool.query(...asked)
      },
    }
    const pool = counted as unknown as pg.Pool
    const services = {
      pool,
      engine: it.server.engine,
      costOf: costWith(readSettings({})),
      disk: { full: null },
      publicUrl,
    }
    const view = await buildView(services, { organizationSlug: 'default', ...found })
    expect(view.jobs).toHaveLength(size)
    counts.push(count)
    text = JSON.stringify(view)
    await it.request(ownerToken, 'PUT', `${organization}/pipelines/${slug}/builds/1/cancel`)
  }
  expect(counts[1]).toBe(counts[0])
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }
  expect(brotliCompressSync(text, quality).length).toBeLessThanOrEqual(40_000)
  expect(gzipSync(text).length).toBeLessThanOrEqual(40_000)
})
