import type { components } from '@harmont/contract'
import { expect, test } from 'vitest'
import { ir, type PlayedJob, playJob } from '../../../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../../../testing/server.ts'

type Result = components['schemas']['LogSearchResult']

const it = testServer()

async function newJob(): Promise<PlayedJob & { readonly path: string }> {
  const slug = await it.newPipeline()
  const path = `/api/v0/organizations/default/pipelines/${slug}/builds`
  const body = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }) }
  await it.request(ownerToken, 'POST', path, body)
  const job = await playJob(it)
  return { ...job, path: `${path}/1/jobs/${job.id}/log/search` }
}

const search = async (path: string, query: Record<string, string>) =>
  it.request<Result>(ownerToken, 'GET', `${path}?${new URLSearchParams(query)}`)

test('web L12 a search covers the whole log page by page, while it grows and after it is packed', async () => {
  const job = await newJob()
  const line = (n: number) => `\u001b[32m${n}\u001b[0m: ${n % 7 === 0 ? 'Needle and needle' : 'hay'}\n`
  const lines = Array.from({ length: 7_000 }, (_, place) => line(place + 1))
  await job.log([lines.slice(0, 3_000).join('')])
  expect((await search(job.path, { q: 'needle' })).body).toMatchObject({ total: 856, complete: true, next: 707 })
  await job.log([lines.slice(3_000).join('')])
  for (const isPacked of [false, true]) {
    if (isPacked) {
      await job.end()
      const isThere = async () => {
        const { rows } = await it.server.pool.query('select from packed_logs where job_id = $1', [job.id])
        return rows.length
      }
      await expect.poll(isThere).toBe(1)
    }
    const found: number[] = []
    for (let from: number | null | undefined = 1; typeof from === 'number'; ) {
      const { body }: { body: Result } = await search(job.path, { q: 'needle', from: String(from), limit: '300' })
      expect(body).toMatchObject({ total: 2_000, complete: true, before: found.length * 2 })
      expect(body.buckets.reduce((sum, count) => sum + count, 0)).toBe(2_000)
      found.push(...body.hits.map((hit) => hit.line))
      from = body.next
    }
    expect(found).toEqual(Array.from({ length: 1_000 }, (_, place) => (place + 1) * 7))
  }
  const exact = (await search(job.path, { q: 'Needle', case: 'true', limit: '1' })).body
  expect(exact).toMatchObject({ total: 1_000, hits: [{ line: 7, ranges: [[3, 9]] }] })
  const expression = { q: '^\\d*00: \\w+ and', regex: 'true', from: '1400' }
  expect((await search(job.path, expression)).body).toMatchObject({
    total: 10,
    hits: [{ line: 1400 }, {}, {}, {}, {}, {}, {}, {}, {}],
    next: null,
  })
  expect((await search(job.path, { q: 'needle and', word: 'true' })).body.total).toBe(1_000)
  expect((await search(job.path, { q: 'eedle', word: 'true' })).body).toMatchObject({ total: 0, hits: [], next: null })
})

test('an invalid search is refused', async () => {
  const job = await newJob()
  for (const query of [{}, { q: '' }, { q: 'x'.repeat(1_001) }, { q: '(', regex: 'true' }, { q: 'x', case: '1' }]) {
    const answer = await search(job.path, query as Record<string, string>)
    expect([answer.status, codeOf(answer)]).toEqual([400, 'query_invalid'])
  }
  await job.end()
})
