/**
 * Calls every operation with inputs generated from the contract. The server itself returns 500 for
 * a response that violates its schema.
 */
import { randomUUID } from 'node:crypto'
import { contract, errorCatalogue, errorTypeOf, type Operation, operationTable } from '@harmont/contract'
import { scaled, seed } from '@harmont/test-kit/effort'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { hashToken } from '../../platform/encryption/token.ts'
import { ir } from '../runner.ts'
import { testServer } from '../server.ts'
import { fromSchema, oddText } from './from-schema.ts'

const casesEach = scaled(3)
const lanes = 8

const it = testServer({ HARMONT_RENDER_WAIT_SECONDS: '0', HARMONT_RATE_LIMITS: 'off' })
/** Values that name existing resources, by the name of a path parameter or a body's member. */
const known: Record<string, string[]> = {
  org: ['acme', 'acme', 'acme', 'default'],
  pipeline: [],
  number: ['1', '2', '3'],
  job_id: [],
  build_uuid: [],
  id: [],
  provider: ['github', 'google', 'bitbucket'],
  repo_name: ['acme/ci'],
  source_slug: ['ci'],
  pipeline_ir: [ir({ key: 'a', cmd: 'true' }), '{}', ''],
  source_b64: ['', 'QUJD'],
  branch: ['main'],
  commit: ['c0ffee'],
  from: ['2026-01-01', '2026-01-01T00:00:00Z'],
  to: ['2026-02-01', '2026-01-02T00:00:00Z'],
  limit: ['1', '2', '100'],
}
let owner: string

beforeAll(async () => {
  owner = (await it.newUser('fuzzer')).token
  await it.request(owner, 'POST', '/api/v0/organizations', { name: 'Acme' })
  const pipelines = '/api/v0/organizations/acme/pipelines'
  const wish = { name: 'ci', repository: 'acme/ci', default_branch: 'main' }
  const { body } = await it.request<{ slug: string }>(owner, 'POST', pipelines, wish)
  known.pipeline?.push(body.slug)
  for (let n = 1; n <= 3; n += 1) {
    const builds = `${pipelines}/${body.slug}/builds`
    const input = { branch: 'main', commit: 'c0ffee', pipeline_ir: ir({ key: 'a', cmd: 'true' }), source_b64: 'QUJD' }
    const made = await it.request<{ id: string }>(owner, 'POST', builds, input)
    const jobs = await it.request<{ data: { id: string }[] }>(owner, 'GET', `${builds}/${n}/jobs`)
    known.build_uuid?.push(made.body.id)
    known.job_id?.push(jobs.body.data[0]?.id ?? '')
    if (n === 2) await it.request(owner, 'PUT', `${builds}/2/cancel`)
  }
})

const ajv = new Ajv({ strict: false })
addFormats.default(ajv)
ajv.addSchema(contract, 'contract')
const isEnvelope = ajv.compile({ $ref: 'contract#/components/schemas/Error' })

const headers = fc.dictionary(
  fc.constantFrom(
    ...['range', 'if-none-match', 'last-event-id', 'x-request-id', 'idempotency-key', 'origin', 'x-harmont-session'],
    ...['x-github-event', 'x-github-delivery', 'x-hub-signature-256', 'content-type', 'x-forwarded-for'],
  ),
  fc.oneof(
    fc.stringMatching(/^[\x21-\x7e]{1,30}$/),
    fc.constantFrom('bytes=0-', 'bytes=-1', 'bytes=5-2', 'bytes=9999-', '-5', 'cookie', 'push', 'application/json'),
  ),
  { maxKeys: 2 },
)

/** The request of one case. */
function requestOf(operation: Operation): fc.Arbitrary<{
  readonly path: string
  readonly query: Readonly<Record<string, string | undefined>>
  readonly body: unknown
  readonly headers: Readonly<Record<string, string>>
  readonly credential: 'owner' | 'own' | 'none'
}> {
  const valueFor = (name: string) =>
    (known[name] ?? []).length === 0
      ? oddText
      : fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...(known[name] ?? [])) }, oddText)
  const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const places = fc.record(Object.fromEntries(names.map((name) => [name, valueFor(name)])))
  const queries = operation.parameters.filter((parameter) => parameter.in === 'query')
  const query = fc.record(
    Object.fromEntries(
      queries.map(({ name, schema }) => [
        name,
        fc.oneof(valueFor(name), ...(schema.enum === undefined ? [] : [fc.constantFrom(...schema.enum)])),
      ]),
    ),
    { requiredKeys: [] },
  )
  const shape = operation.request
  const body =
    shape === null
      ? fc.constant(undefined)
      : shape.mediaType === 'application/json'
        ? fc.oneof({ weight: 9, arbitrary: fromSchema(shape.schema, known) }, { weight: 1, arbitrary: brokenJson })
        : fc.oneof(oddText, fc.json())
  return fc.record({
    path: places.map((found) =>
      operation.path.replaceAll(
        /\{(\w+)\}/g,
        (_, name: string) => encodeURIComponent((found[name] ?? 'x').toWellFormed()) || 'x',
      ),
    ),
    query,
    body,
    headers,
    credential: fc.oneof(
      { weight: 8, arbitrary: fc.constant('owner' as const) },
      { weight: 1, arbitrary: fc.constantFrom('own' as const, 'none' as const) },
    ),
  })
}

/** Invalid bodies that are sent unchanged. */
const brokenJson = fc.constantFrom(
  '{',
  '{"name":"a","name":"b"}',
  '[[[[[[[[',
  '\ufeff{}',
  '{"a":"\\ud800"}',
  '"\u0000"',
)

/** Operations that revoke their own credential, and therefore get one that no other case uses. */
const selfDestructive = ['deleteCurrentUser', 'logout', 'revokeSessions', 'deleteOrganization', 'recoverFinalize']

async function tokenFor(operation: Operation, credential: 'owner' | 'own' | 'none'): Promise<string | null> {
  if (credential === 'none') return null
  if (credential === 'owner' && !selfDestructive.includes(operation.id)) return owner
  const token = `own-${randomUUID()}`
  await it.server.pool.query(
    `with u as (insert into users (id, email) values ($1::uuid, $1::uuid || '@example.com') returning id)
     insert into api_keys (id, user_id, description, token_hash) select gen_random_uuid(), u.id, 'fuzz', $2 from u`,
    [randomUUID(), hashToken(token)],
  )
  return token
}

async function fuzz(operation: Operation): Promise<void> {
  await fc.assert(
    fc.asyncProperty(requestOf(operation), async ({ path, query, body, headers, credential }) => {
      const search = new URLSearchParams(query as Record<string, string>).toString()
      const sent = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
      const token = await tokenFor(operation, credential)
      const answer = await it.request(token, operation.method, `${path}?${search}`, sent, headers, {
        headersOnly: true,
      })
      const told = `${operation.method} ${path}?${search} ${JSON.stringify(headers)} ${sent?.slice(0, 500)} → ${answer.status} ${JSON.stringify(answer.body)}`
      const isSaid = answer.status >= 500 && isDeclared(operation, answer.body)
      expect(answer.status < 500 || isSaid, told).toBe(true)
      if (answer.status < 400) return
      expect(isEnvelope(answer.body), told).toBe(true)
      const { code, type } = (answer.body as { error: { code: keyof typeof errorCatalogue; type: string } }).error
      expect([answer.status, type], told).toEqual([errorCatalogue[code]?.status, errorTypeOf(answer.status as 400)])
    }),
    { numRuns: casesEach, endOnFailure: true },
  )
}

function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message}\n${told(error.cause)}`
}

/**
 * A 502 or 503 that the contract lists for the operation. This server has no GitHub, Google, mail
 * or payments configured.
 */
function isDeclared(operation: Operation, body: unknown): boolean {
  const { code } = (body as { error: { code: string } }).error
  return (
    [
      'oauth_not_configured',
      'github_not_configured',
      'bitbucket_not_configured',
      'billing_unconfigured',
      'email_unconfigured',
    ].includes(code) && contractNames(operation, code)
  )
}

function contractNames(operation: Operation, code: string): boolean {
  const item = Object.values(contract.paths[operation.path] ?? {}).find(
    ({ operationId }) => operationId === operation.id,
  )
  return JSON.stringify(item?.responses).includes(code)
}

test(`G50 ${casesEach} inputs from the contract for each operation cause no 5xx, and every response satisfies the contract`, async () => {
  const operations = [...operationTable.values()].filter(({ id }) => id !== 'getReadiness')
  const queue = [...operations]
  const failures: string[] = []
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (let operation = queue.shift(); operation !== undefined; operation = queue.shift())
        await fuzz(operation).catch((error: unknown) => failures.push(`${operation?.id}: ${told(error)}`))
    }),
  )
  console.log(
    `G50: ${operations.length} operations x ${casesEach} = ${operations.length * casesEach} cases, seed ${seed}`,
  )
  expect(failures.join('\n\n'), `HARMONT_TEST_SEED=${seed}`).toBe('')
})
