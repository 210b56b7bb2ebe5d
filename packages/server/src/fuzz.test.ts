/** Throws generated input at every operation that the server fills. Responses are checked against the contract by the server itself. */
import { operationTable } from '@harmont/contract'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { ir } from './testing/runner.ts'
import { ownerToken, testServer } from './testing/server.ts'

const it = testServer({ HARMONT_RENDER_WAIT_SECONDS: '0' })
const real: Record<string, string[]> = {
  org: ['default'],
  pipeline: [],
  number: ['1', '2'],
  job_id: [],
  build_uuid: [],
  id: [],
}

beforeAll(async () => {
  const slug = await it.newPipeline({ name: 'ci', repository: 'acme/ci' })
  const builds = `/api/v0/organizations/default/pipelines/${slug}/builds`
  const body = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }), source_b64: 'QUJD' }
  const made = await it.request<{ id: string }>(ownerToken, 'POST', builds, body)
  const jobs = await it.request<{ data: { id: string }[] }>(ownerToken, 'GET', `${builds}/1/jobs`)
  real.pipeline?.push(slug)
  real.build_uuid?.push(made.body.id)
  real.job_id?.push(jobs.body.data[0]?.id ?? '')
  await it.request(ownerToken, 'PUT', `${builds}/1/cancel`)
})

// Whatever JSON can say, odd Unicode and large numbers included.
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    ' ',
    '\0',
    '\ud800',
    'main',
    'ci',
    'acme/ci',
    'QUJD',
    'api',
    ir({ key: 'a', cmd: 'x' }),
    '{}',
    '[]',
  ),
  fc.string({ maxLength: 300 }).map((part) => part.repeat(50)),
)
const value = fc.oneof(text, fc.jsonValue(), fc.constant(null), fc.dictionary(text, text, { maxKeys: 4 }))
const members = [
  ...['name', 'url', 'repository', 'default_branch', 'repo_name', 'source_slug', 'description', 'expires_at', 'branch'],
  ...['commit', 'message', 'env', 'pipeline_ir', 'source', 'source_b64', 'source_sha256', 'source_url'],
]
const valid = {
  name: 'n',
  repository: 'r',
  default_branch: 'b',
  repo_name: 'acme/ci',
  source_slug: 'ci',
  description: 'd',
}
const validBuild = { branch: 'b', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'x' }), source_b64: '' }
const body = fc.oneof(
  fc.dictionary(fc.constantFrom(...members), value, { maxKeys: 4 }).map((odd) => ({ ...valid, ...validBuild, ...odd })),
  value,
)
const query = fc.dictionary(
  fc.constantFrom('limit', 'cursor', 'token', 'last_event_id', 'meta', 'view'),
  fc.oneof(text, fc.constantFrom('1', '0', '-1', '1e9', '99999999999')),
  { maxKeys: 3 },
)
const headers = fc.dictionary(
  fc.constantFrom('range', 'if-none-match', 'last-event-id', 'x-request-id'),
  fc.oneof(
    fc.stringMatching(/^[\x21-\x7e]{1,30}$/),
    fc.constantFrom('bytes=0-', 'bytes=-1', 'bytes=5-2', 'bytes=9999-', '-5'),
  ),
  { maxKeys: 2 },
)

test('G50 no input gives a 5xx other than 501, and every answer satisfies the contract', {
  timeout: 120_000,
}, async () => {
  const operations = [...operationTable.values()].filter(({ id }) => id !== 'getReadiness')
  const request = fc.record({
    operation: fc.constantFrom(...operations),
    places: fc.func(fc.oneof({ weight: 4, arbitrary: fc.nat() }, text)),
    body,
    query,
    headers,
  })
  await fc.assert(
    fc.asyncProperty(request, async ({ operation, places, body, query, headers }) => {
      const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
        const place = places(name)
        const known = real[name] ?? []
        const chosen = typeof place === 'number' ? (known[place % known.length] ?? 'x') : place
        return encodeURIComponent(chosen.toWellFormed()) || 'x'
      })
      const search = new URLSearchParams(query).toString()
      const sent = operation.request === null ? undefined : JSON.stringify(body)
      const answer = await it.request(ownerToken, operation.method, `${path}?${search}`, sent, headers)
      const isFine = answer.status < 500 || answer.status === 501
      expect(isFine, `${operation.method} ${path} → ${answer.status} ${JSON.stringify(answer.body)}`).toBe(true)
    }),
    { numRuns: 1500 },
  )
})
