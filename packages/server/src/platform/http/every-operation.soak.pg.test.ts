import { contract, errorCatalogue, errorTypeOf, operationTable } from '@harmont/contract'
import { scaled } from '@harmont/test-kit/effort'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendRaw } from './testing/raw-client.ts'
import { memberToken, ownerToken, startTestServer, strangerToken, type TestServer } from './testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({}, { bodyIdleMs: 500 })
})
afterAll(() => server.close())

const ajv = new Ajv({ strict: false })
addFormats.default(ajv)
ajv.addSchema(contract, 'contract')
const isEnvelope = ajv.compile({ $ref: 'contract#/components/schemas/Error' })

const awkward = fc.constantFrom(
  '',
  '0',
  '1',
  '-1',
  '%00',
  '%2F',
  '..',
  'acme',
  'ci',
  '%F0%9F%98%80',
  '%',
  '%ff',
  "'--",
  '__proto__',
  'null',
  'x'.repeat(500),
)
const segment = fc.oneof(
  awkward,
  fc
    .string({ maxLength: 20 })
    .map(encodeURIComponent)
    .filter((text) => text !== ''),
)
const query = fc.oneof(
  fc.constant(''),
  fc
    .tuple(
      fc.constantFrom('limit', 'cursor', 'token', 'last_event_id', 'view', 'meta', 'from', 'x', '__proto__'),
      segment,
    )
    .map(([name, value]) => `?${name}=${value}`),
)
const bearer = (text: string): string => `Authorization: Bearer ${text}\r\n`
const otherToken = fc.constantFrom(
  ...['', 'Authorization: Basic eA==\r\n', 'Authorization: \r\n'],
  ...[memberToken, strangerToken, 'unknown'].map(bearer),
)
const token = fc.oneof({ weight: 2, arbitrary: fc.constant(bearer(ownerToken)) }, { weight: 1, arbitrary: otherToken })
const contentType = fc.oneof(
  { weight: 4, arbitrary: fc.constant('application/json') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'text/plain',
      ';;',
      '',
      'application/json; charset=utf-16',
      'multipart/form-data; boundary=x',
    ),
  },
)
const names = fc.constantFrom(
  'name',
  'url',
  'branch',
  'commit',
  'env',
  'source_b64',
  'source_sha256',
  'description',
  'expires_at',
  'repository',
  '__proto__',
  'constructor',
  'toString',
)
const json = fc.oneof(
  fc.dictionary(
    names,
    fc.oneof(fc.jsonValue(), fc.string(), fc.constantFrom('QUJD', 'a\u0000', '\ud800', '2030-01-01T00:00:00Z')),
  ),
  fc.jsonValue(),
)
const whole = fc.constantFrom(
  '{"name":"x","url":null,"repository":"acme/app","default_branch":"main"}',
  '{"branch":"main","commit":"abc","source_b64":"QUJD","env":{}}',
  '{"description":"laptop","expires_at":null}',
)
const body = fc.oneof(
  json.map((value) => JSON.stringify(value) ?? ''),
  fc.string(),
  fc.constantFrom('', '{', '{"__proto__":{"name":1}}', '[[[[[[[['),
  { weight: 2, arbitrary: whole },
)

const own: Readonly<Record<string, string>> = { org: 'acme', pipeline: 'ci' }

describe('every operation', () => {
  it('G50 every response conforms to the contract, and no input causes a fault', async () => {
    const all = [...operationTable.values()].filter(({ id }) => id !== 'getReadiness')
    // Few operations return 201, and only for complete bodies, which random requests would rarely
    // have.
    const creating = all.filter(({ id }) => ['createPipeline', 'createApiToken', 'createBuild'].includes(id))
    const anyRequest = fc.tuple(
      fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom(...all) },
        { weight: 1, arbitrary: fc.constantFrom(...creating) },
      ),
      fc.array(segment, { minLength: 5, maxLength: 5 }),
      fc.boolean(),
      query,
      token,
      contentType,
      body,
    )
    const statuses = new Map<number, number>()
    const property = fc.asyncProperty(
      anyRequest,
      async ([operation, segments, isOwn, search, authorization, type, text]) => {
        let next = 0
        const path = operation.path.replaceAll(
          /\{(\w+)\}/g,
          (_, name) => (isOwn ? own[name] : undefined) ?? segments[next++] ?? '',
        )
        const bytes = Buffer.from(text)
        const hasBody = operation.method !== 'GET'
        const length = hasBody ? `Content-Type: ${type}\r\nContent-Length: ${bytes.length}\r\n` : ''
        const head = `${operation.method} ${path}${search} HTTP/1.1\r\nHost: x\r\n${authorization}${length}\r\n`
        const answer = await sendRaw(server.port, Buffer.concat([Buffer.from(head), hasBody ? bytes : Buffer.alloc(0)]))
        if (answer === null) throw new Error(`no answer to ${head}`)
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
        expect(
          answer.status < 500 || answer.status === 503,
          `${answer.status} to ${head}${text}\n${answer.body}\n${server.lines.slice(-2)}`,
        ).toBe(true)
        if (answer.status >= 400) {
          const envelope = JSON.parse(answer.body)
          expect(isEnvelope(envelope), answer.body).toBe(true)
          const entry = errorCatalogue[envelope.error.code as keyof typeof errorCatalogue]
          expect([answer.status, envelope.error.type]).toEqual([entry.status, errorTypeOf(entry.status)])
        }
      },
    )
    await fc.assert(property, { numRuns: scaled(1000) })
    for (const status of [200, 201, 400, 401, 403, 404, 415, 422, 503])
      expect([...statuses.keys()], JSON.stringify([...statuses])).toContain(status)
  })
})
