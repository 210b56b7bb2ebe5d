/**
 * Invalid bodies for every operation of the contract that takes a body. Each is refused with its
 * code and leaves nothing behind.
 */
import { createHash } from 'node:crypto'
import type { components } from '@harmont/contract'
import { type JsonSchema, type Operation, operationTable, resolveSchema } from '@harmont/contract'
import { beforeAll, describe, expect, test } from 'vitest'
import { ir, playJob } from '../runner.ts'
import { ownerToken, testServer } from '../server.ts'
import { leavesNoTrace, type Trace, traceOf, watchTasks } from './traces.ts'

const it = testServer({ HARMONT_RENDER_WAIT_SECONDS: '0' })
const here = '/api/v0/organizations/default'
type TestList = components['schemas']['PipelineTestList']
type Made = components['schemas']['CreateNotificationResponse']
const mebibyte = 1024 * 1024
const places: Record<string, string> = { org: 'default', pipeline: 'ci', number: '1', uuid: 'x', provider: 'github' }

beforeAll(async () => {
  await watchTasks(it)
  await it.newPipeline({ name: 'ci', repository: 'acme/ci' })
  const body = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }) }
  await it.request(ownerToken, 'POST', `${here}/pipelines/ci/builds`, body)
  places.user_id = (await it.newUser('somebody')).id
  places.test = await newTest()
  const notification = { kind: 'webhook', events: ['broke'], url: 'https://acme.test/hook' }
  const { body: made } = await it.request<Made>(ownerToken, 'POST', `${here}/notifications`, notification)
  places.notification_id = made.notification.id
})

/** Reports a test in the build, and returns the test's id. */
async function newTest(): Promise<string> {
  const cases = [{ suite: '', name: 't', state: 'passed' }] as const
  const job = await playJob(it)
  await job.end({}, { tests: [{ path: 'junit.xml', format: 'junit', faults: 0, cases }] })
  const { body } = await it.request<TestList>(ownerToken, 'GET', `${here}/pipelines/ci/tests`)
  return body.data[0]?.id ?? ''
}

type Body = Readonly<Record<string, unknown>>

const operations = [...operationTable.values()].filter(({ request }) => request?.mediaType === 'application/json')
const pathOf = ({ path }: Operation) => path.replaceAll(/\{(\w+)\}/g, (_, name: string) => places[name] ?? 'x')
const schemaOf = ({ request }: Operation) => resolveSchema(request?.schema ?? {})

/** Returns a minimal value of a schema. */
function sampleOf(given: JsonSchema): unknown {
  const { type, enum: values, format, properties = {}, required = [], minimum = 1 } = resolveSchema(given)
  if (values !== undefined) return values[0]
  switch (type) {
    case 'string':
      return format === 'uuid' ? '00000000-0000-4000-8000-000000000000' : 'x'
    case 'integer':
    case 'number':
      return minimum
    case 'boolean':
      return false
    case 'array':
      return []
    default:
      return Object.fromEntries(required.map((name) => [name, sampleOf(properties[name] ?? {})]))
  }
}

/** Returns values that do not match a schema. */
function wrongFor(given: JsonSchema): readonly unknown[] {
  const { type, nullable, enum: values, items, additionalProperties } = resolveSchema(given)
  const isFree = additionalProperties === true
  return [
    ...(nullable === true ? [] : [null]),
    ...(type === 'string' ? [5, {}, [['x']], true] : ['x', '\0']),
    ...(type === 'string' && values === undefined ? ['a\0', '\0', '\ud800', 'x\udc00'] : []),
    ...(values === undefined ? [] : ['none of them', '__proto__', `${values[0]} `]),
    ...(type === 'integer' ? [1.5, 1e308, '1', true] : []),
    ...(type === 'array' ? [{}, { length: 1 }, [[]], ['\0'], ...(items === undefined ? [] : [[null]])] : []),
    ...(type === 'object' || isFree ? [[], 7] : []),
    ...(isFree ? [{ a: { b: ['\0'] } }, { '\ud800': 1 }] : []),
  ]
}

interface Case {
  readonly text: string | Uint8Array<ArrayBuffer>
  readonly headers?: Readonly<Record<string, string>>
  readonly status: number
  /** The first field in `errors`. */
  readonly field?: string
}

function casesOf(operation: Operation): Case[] {
  const { properties = {}, required = [] } = schemaOf(operation)
  const sample = sampleOf(schemaOf(operation)) as Body
  const [first] = required
  const isUpload = operation.id === 'createBuild' || operation.id === 'createBuildBySource'
  const text = JSON.stringify
  const wrong = Object.entries(properties).flatMap(([name, schema]) =>
    wrongFor(schema).map((value) => ({ text: text({ ...sample, [name]: value }), status: 422, field: name })),
  )
  const missing = required.flatMap((name) => {
    const { [name]: _, ...rest } = sample
    // Members of a prototype do not satisfy `required`.
    return [rest, { ...rest, constructor: sample }].map((body) => ({ text: text(body), status: 422, field: name }))
  })
  const others = first === undefined ? [] : [`{"__proto__":${text(sample)}}`, '']
  const twice =
    first === undefined
      ? []
      : [`${text(sample).slice(0, -1)},${text(first)}:{}}`, `{${text(first)}:"x",${text(first)}:[]}`]
  return [
    ...wrong,
    ...missing,
    ...others.map((each) => ({ text: each, status: 422 })),
    // The last of two equal members counts, as for JSON.parse.
    ...twice.map((each) => ({ text: each, status: 422, ...(first === undefined ? {} : { field: first }) })),
    ...['[]', 'null', '"x"', '7', '[{}]', `${'['.repeat(40_000)}${']'.repeat(40_000)}`].map((each) => ({
      text: each,
      status: 422,
      field: '',
    })),
    ...['{', '{"a":1}}', '{} {}', "{'a':1}", '{"a":01}', '{"a":"\n"}', '\ufeff{}', 'NaN', '['.repeat(100_000)].map(
      (each) => ({ text: each, status: 400 }),
    ),
    ...[
      [0x22, 0xff, 0x22],
      [0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d],
      [0x22, 0xc0, 0x80, 0x22],
      [0xff, 0xfe],
    ].map((bytes) => ({ text: Uint8Array.from(bytes), status: 400 })),
    ...['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-16', 'application/jsonp'].map(
      (type) => ({ text: text(sample), headers: { 'content-type': type }, status: 415 }),
    ),
    { text: text(sample), headers: { 'content-encoding': 'gzip' }, status: 415 },
    ...(isUpload ? [] : [{ text: text({ ...sample, more: 'x'.repeat(mebibyte) }), status: 413 }]),
  ]
}

const codes: Readonly<Record<number, string>> = {
  400: 'invalid_json',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
}

let sent = 0
/** The server's stored state after the previous operation. */
let trace: Trace | undefined
describe('every operation that takes a body', () => {
  test.for(operations.map((operation) => [operation.id, operation] as const))(
    'G50 %s refuses invalid bodies, and stores nothing of them',
    async ([, operation]) => {
      const before = trace ?? (await traceOf(it))
      for (const { text, headers = {}, status, field } of casesOf(operation)) {
        const answer = await fetch(it.server.url + pathOf(operation), {
          method: operation.method,
          headers: { authorization: `Bearer ${ownerToken}`, 'content-type': 'application/json', ...headers },
          body: text,
        })
        const { error } = (await answer.json()) as { error: { code: string; errors?: { field: string }[] } }
        const told = `${operation.id} ${String(text).slice(0, 200)} ${JSON.stringify(headers)} ${JSON.stringify(error)}`
        expect(answer.status, told).toBe(status)
        if (status !== 422) expect(error.code, told).toBe(codes[status])
        const names = error.errors?.map((each) => each.field) ?? []
        expect(names.length > 0, told).toBe(status === 422)
        if (field !== undefined)
          expect(
            names.some((name) => name.split('.')[0] === field),
            told,
          ).toBe(true)
        sent += 1
      }
      trace = await traceOf(it)
      expect(trace).toEqual(before)
    },
  )
  test('are tested for many operations', () => {
    console.log(`G50: ${operations.length} operations, ${sent} wrong bodies`)
    expect(operations.length).toBeGreaterThan(25)
    expect(sent).toBeGreaterThan(1000)
  })
})

describe('the operation uses the validated body', () => {
  const post = <T = Record<string, unknown>>(path: string, text: string, token = ownerToken, method = 'POST') =>
    it.request<T>(token, method, path, text)

  test('the last of two equal members is validated and used', async () => {
    const made = await post('/api/v0/organizations', '{"name":5,"name":"Twice","na\\u006de":"Thrice"}')
    expect([made.status, made.body.slug]).toEqual([201, 'thrice'])
    const build = '"branch":"main","commit":"c"'
    const plan = (key: string) => `"pipeline_ir":${JSON.stringify(ir({ key, cmd: 'true' }))}`
    const twice = await post(
      `${here}/pipelines/ci/builds`,
      `{${build},"branch":"last","env":{"A":"1","A":"2"},${plan('first')},${plan('last')},"source_b64":"!","source_b64":"QUJD","source_b\\u00364":"REVG"}`,
    )
    expect([twice.status, twice.body.branch]).toEqual([201, 'last'])
    const { rows } = await it.server.pool.query<{ context: { env: unknown } }>(
      'select context from engine.plans where build_id = $1',
      [twice.body.id],
    )
    expect(rows[0]?.context.env).toEqual({ A: '2' })
    const jobs = await it.request<{ data: { step_key: string }[] }>(
      ownerToken,
      'GET',
      `${here}/pipelines/ci/builds/${twice.body.number}/jobs`,
    )
    expect(jobs.body.data.map((job) => job.step_key)).toEqual(['last'])
    const archives = await it.server.pool.query<{ source_sha256: string }>(
      'select source_sha256 from build_records where id = $1',
      [twice.body.id],
    )
    expect(archives.rows[0]?.source_sha256).toBe(createHash('sha256').update('DEF').digest('hex'))
  })

  test('a duplicate role grants no rights', async () => {
    const admin = await it.newUser('an-admin')
    const pool = it.server.pool
    await pool.query(
      `insert into memberships (organization_id, user_id, role) select o.id, u.id, u.role from organizations o, (values ($1::uuid, 'admin'), ($2::uuid, 'member')) as u(id, role) where o.slug = 'default'`,
      [admin.id, places.user_id],
    )
    const path = `${here}/members/${places.user_id}`
    await leavesNoTrace(it, async () => {
      const answer = await post(path, '{"role":"member","role":"owner"}', admin.token, 'PATCH')
      expect(answer.status).toBe(403)
    })
    expect((await post(path, '{"role":"owner","role":"admin"}', admin.token, 'PATCH')).status).toBe(200)
    const { rows } = await pool.query(
      'select role from memberships where user_id = $1 and organization_id = (select id from organizations where slug = $2)',
      [places.user_id, 'default'],
    )
    expect(rows).toEqual([{ role: 'admin' }])
  })

  test('members of a body that the server sets itself are ignored', async () => {
    const me = await it.newUser('assigner')
    const { rows: foreign } = await it.server.pool.query("select id from organizations where slug = 'default'")
    const ids = {
      id: me.id,
      organization_id: foreign[0].id,
      organizationId: foreign[0].id,
      user_id: places.user_id,
      personal_of: me.id,
    }
    const sneaky = {
      ...ids,
      slug: 'stolen',
      role: 'owner',
      token: 'x',
      token_hash: 'x',
      managed_by_code: true,
      archived: true,
      email: 'admin@localhost',
      trust: 'trusted',
      held: false,
      author_id: places.user_id,
      state: 'passed',
      number: 999,
      created_at: '2000-01-01T00:00:00Z',
      balance_cents: 1e6,
      bootstrap: true,
    }
    const mine = `/api/v0/organizations/${me.organization}`
    const ask = async (path: string, body: object, method = 'POST') =>
      (await it.request<Record<string, unknown>>(me.token, method, path, { ...sneaky, ...body })).body
    expect(await ask('/api/v0/organizations', { name: 'Plain', url: null })).toMatchObject({ slug: 'plain' })
    const pipeline = { name: 'mine', repository: 'a/b', default_branch: 'main' }
    expect(await ask(`${mine}/pipelines`, pipeline)).toMatchObject({
      slug: 'mine',
      managed_by_code: false,
      archived_at: null,
    })
    const build = { branch: 'b', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }) }
    expect(await ask(`${mine}/pipelines/mine/builds`, build)).toMatchObject({ number: 1, state: 'scheduled' })
    await ask('/api/v0/user', { name: 'Still me' }, 'PATCH')
    const key = (await ask('/api/v0/user/api-tokens', { description: 'd' })) as {
      api_token: Record<string, unknown>
      token: string
    }
    expect(key.token).toMatch(/^hm_/)
    const { rows } = await it.server.pool.query(
      `select u.email, u.name, (select array_agg(distinct o.slug order by o.slug) from memberships m join organizations o on o.id = m.organization_id where m.user_id = u.id) as slugs,
              (select array_agg(bootstrap) from api_keys k where k.user_id = u.id) as bootstrap,
              (select count(*)::int from ledger_entries l join memberships m on m.organization_id = l.organization_id where m.user_id = u.id) as money
         from users u where u.id = $1`,
      [me.id],
    )
    expect(rows).toEqual([
      {
        email: 'assigner@example.com',
        name: 'Still me',
        slugs: ['assigner', 'plain'],
        bootstrap: [false, false],
        money: 0,
      },
    ])
  })

  test('a variable named like a member of every object is an ordinary variable, and does not affect others', async () => {
    const env = '{"__proto__":"one","constructor":"two","toString":"three"}'
    const plan = JSON.stringify(ir({ key: 'a', cmd: 'true' }))
    const made = await post<{ id: string; number: number }>(
      `${here}/pipelines/ci/builds`,
      `{"branch":"b","commit":"c","env":${env},"pipeline_ir":${plan}}`,
    )
    const again = await post<{ id: string }>(
      `${here}/pipelines/ci/builds/${made.body.number}/rebuild`,
      '{"env":{"__proto__":"four"}}',
    )
    const { rows } = await it.server.pool.query<{ env: string }>(
      "select (context -> 'env')::text as env from engine.plans where build_id = any ($1) order by build_id = $2",
      [[made.body.id, again.body.id], again.body.id],
    )
    // Compared as text, because a JavaScript parser is under test.
    const texts = ['one', 'four'].map((value) => `{"__proto__":"${value}","constructor":"two","toString":"three"}`)
    expect(rows.map((row) => row.env)).toEqual(texts)
  })
})
