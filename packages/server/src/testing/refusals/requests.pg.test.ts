/**
 * `http.md` 2.3, 2.4 and 4 against a real server: routes, credentials, headers, ids, queries,
 * cursors and plain JSON bodies.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { sendRaw } from '../../platform/http/testing/raw-client.ts'
import { ir } from '../runner.ts'
import { ownerToken, testServer } from '../server.ts'
import { expectRefusal, type Refusal } from './refusal.ts'

const it = testServer()
const organizations = '/api/v0/organizations'
const here = `${organizations}/default`
const nilUuid = '00000000-0000-4000-8000-000000000000'
let foreign: Awaited<ReturnType<typeof it.newUser>>

beforeAll(async () => {
  for (const name of ['ci', 'second', 'third']) await it.newPipeline({ name, repository: `acme/${name}` })
  const build = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }) }
  for (const slug of ['ci', 'ci', 'second', 'second'])
    await it.request(ownerToken, 'POST', `${here}/pipelines/${slug}/builds`, build)
  foreign = await it.newUser('foreign')
  for (const name of ['ci', 'other'])
    await it.request(foreign.token, 'POST', `${organizations}/${foreign.organization}/pipelines`, {
      name,
      repository: `foreign/${name}`,
      default_branch: 'main',
    })
})

type Row = readonly [what: string, refusal: Refusal]
const post = (path: string, body: unknown, rest: Omit<Refusal, 'method' | 'path' | 'body'>): Refusal => ({
  method: 'POST',
  path,
  body,
  ...rest,
})

describe('routes and credentials', () => {
  const unauthorized = { path: '/api/v0/user', status: 401, code: 'unauthorized' } as const
  const rows: readonly Row[] = [
    ['an unknown path', { path: '/api/v0/nothing', status: 404, code: 'route_not_found' }],
    ['an unknown path without a credential', { path: '/v0/x', token: null, status: 404, code: 'route_not_found' }],
    ['a slash at the end', { path: '/api/v0/user/', status: 404, code: 'route_not_found' }],
    ['no credential', { ...unauthorized, token: null }],
    ['an unknown credential', { ...unauthorized, token: 'unknown' }],
    ['another scheme', { ...unauthorized, token: null, headers: { authorization: 'Basic eDp5' } }],
    ['a scheme alone', { ...unauthorized, token: null, headers: { authorization: 'Bearer' } }],
    ['two tokens', { ...unauthorized, token: null, headers: { authorization: `Bearer ${ownerToken} x` } }],
    ['the token in the query', { ...unauthorized, token: null, path: `/api/v0/user?token=${ownerToken}` }],
    ['401 before 404', { path: `${organizations}/none`, token: null, status: 401, code: 'unauthorized' }],
    ['401 before 415', post(organizations, 'x', { token: null, status: 401, code: 'unauthorized' })],
  ]
  test.for(rows)('%s', async ([, row]) => {
    const { headers } = await expectRefusal(it, row)
    expect(headers.get('www-authenticate')).toBe(row.status === 401 ? 'Bearer' : null)
  })

  test.for([
    ['DELETE', '/api/v0/user/api-tokens', 'GET, HEAD, POST'],
    ['POST', '/api/v0/ping', 'GET, HEAD'],
    ['PUT', `${here}/pipelines/ci/builds`, 'GET, HEAD, POST'],
    ['GET', `${here}/pipelines/ci/builds/1/cancel`, 'PUT'],
    ['POST', `/v0/jobs/${nilUuid}/logs`, 'GET, HEAD'],
  ] as const)('%s %s is 405 and says what is allowed', async ([method, path, allow]) => {
    const { headers } = await expectRefusal(it, { method, path, token: null, status: 405, code: 'method_not_allowed' })
    expect(headers.get('allow')?.split(', ').sort().join(', ')).toBe(allow)
  })

  test.for([
    ['no HTTP', 'x\r\n\r\n', 400, 'request_malformed'],
    ['a path that is not UTF-8', `GET ${here}/pipelines/%ff HTTP/1.1\r\n\r\n`, 400, 'request_malformed'],
    ['a query that is not UTF-8', `GET ${here}/pipelines?cursor=%ff HTTP/1.1\r\n`, 400, 'request_malformed'],
    ['broken percent-encoding', 'GET /%zz HTTP/1.1\r\n\r\n', 400, 'request_malformed'],
    ['a URL over 8 KiB', `GET /api/v0/ping?x=${'x'.repeat(8200)} HTTP/1.1\r\n\r\n`, 414, 'uri_too_long'],
    ['headers over 16 KiB', `GET / HTTP/1.1\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`, 431, 'headers_too_large'],
  ] as const)('%s', async ([, bytes, status, code]) => {
    const head = bytes.endsWith('\r\n\r\n') ? bytes : `${bytes}Authorization: Bearer ${ownerToken}\r\n\r\n`
    const answer = await sendRaw(Number(new URL(it.server.url).port), head)
    expect([answer?.status, JSON.parse(answer?.body ?? '{}').error?.code]).toEqual([status, code])
  })
})

describe('ids', () => {
  const builds = `${here}/pipelines/ci/builds`
  const ids = {
    slug: ['none', 'CI', '-ci', 'ci%2F', '%00', '..%2Fci', '%F0%9F%98%80', "'--", 'x'.repeat(300), '__proto__'],
    number: ['99', '0', '-1', '01', '1.0', '1e0', '%201', '+1', 'x', '2147483648', '99999999999999999999', '%00'],
    uuid: [nilUuid, 'x', nilUuid.slice(1), `${nilUuid}0`, `%7B${nilUuid}%7D`, '%00', 'null', "'--", 'x'.repeat(300)],
  }
  test.for([
    ['organization', ids.slug, (id: string) => `${organizations}/${id}`, 'GET', 'organization_not_found'],
    ['pipeline', ids.slug, (id: string) => `${here}/pipelines/${id}`, 'GET', 'pipeline_not_found'],
    ['pipeline of a build', ids.slug, (id: string) => `${here}/pipelines/${id}/builds`, 'POST', 'pipeline_not_found'],
    ['build', ids.number, (id: string) => `${builds}/${id}`, 'GET', 'build_not_found'],
    ['build to cancel', ids.number, (id: string) => `${builds}/${id}/cancel`, 'PUT', 'build_not_found'],
    ['build of jobs', ids.number, (id: string) => `${builds}/${id}/jobs`, 'GET', 'build_not_found'],
    ['build of a log token', ids.number, (id: string) => `${builds}/${id}/log-token`, 'GET', 'build_not_found'],
    ['job', ids.uuid, (id: string) => `${builds}/1/jobs/${id}`, 'GET', 'job_not_found'],
    ['API key', ids.uuid, (id: string) => `/api/v0/user/api-tokens/${id}`, 'DELETE', 'api_token_not_found'],
  ] as const)('G31 a malformed %s gives the very answer of an absent one', async ([, all, path, method, code]) => {
    const answers = new Set<string>()
    for (const id of all) {
      const { error } = await expectRefusal(it, { method, path: path(id), status: 404, code })
      answers.add(JSON.stringify({ ...error, request_id: '' }))
    }
    expect([...answers]).toHaveLength(1)
  })

  test('G31 and so does a foreign id', async () => {
    const absent = await expectRefusal(it, {
      path: `${organizations}/none`,
      status: 404,
      code: 'organization_not_found',
    })
    const path = `${organizations}/${foreign.organization}`
    const other = await expectRefusal(it, { path, status: 404, code: 'organization_not_found' })
    expect({ ...other.error, request_id: '' }).toEqual({ ...absent.error, request_id: '' })
    const jobs = await it.request<{ data: { id: string }[] }>(ownerToken, 'GET', `${builds}/2/jobs`)
    await expectRefusal(it, { path: `${builds}/1/jobs/${jobs.body.data[0]?.id}`, status: 404, code: 'job_not_found' })
  })
})

describe('queries and cursors', () => {
  const limit = (value: string): Refusal => ({
    path: `${here}/pipelines?limit=${value}`,
    status: 400,
    code: 'query_invalid',
    field: 'limit',
  })
  test.for(['', 'x', '1.5', '1e1', '0x1', '%201', '+1', 'null', '1&limit=1'])('limit=%s', async (value) => {
    await expectRefusal(it, limit(value))
  })

  test('a cursor that is damaged, or of another list, organization or filter, is refused and is never treated as page one', async () => {
    const cursorOf = async (path: string, token = ownerToken) => {
      const { body } = await it.request<{ next_cursor: string }>(token, 'GET', `${path}?limit=1`)
      expect(body.next_cursor).toMatch(/^[\w-]{20,}$/)
      return body.next_cursor
    }
    const lists = {
      pipelines: await cursorOf(`${here}/pipelines`),
      builds: await cursorOf(`${here}/pipelines/ci/builds`),
      'builds of another pipeline': await cursorOf(`${here}/pipelines/second/builds`),
      'another organization': await cursorOf(`${organizations}/${foreign.organization}/pipelines`, foreign.token),
    }
    const whole = lists.builds
    const damaged = [
      whole.slice(0, -1),
      `${whole}A`,
      `${whole}=`,
      `!${whole}`,
      whole.toLowerCase(),
      'x',
      '%00',
      '0',
      'null',
    ]
    const places = { pipelines: `${here}/pipelines`, builds: `${here}/pipelines/ci/builds` } as const
    for (const [place, path] of Object.entries(places)) {
      const wrong = Object.entries(lists).flatMap(([list, cursor]) => (list === place ? [] : [cursor]))
      for (const cursor of [...damaged, ...wrong])
        await expectRefusal(it, { path: `${path}?cursor=${cursor}`, status: 400, code: 'invalid_cursor' })
    }
    // Valid queries still pass: any page size, and an empty cursor.
    expect((await it.request(ownerToken, 'GET', `${places.builds}?limit=7&cursor=${whole}`)).status).toBe(200)
    expect((await it.request(ownerToken, 'GET', `${places.builds}?cursor=`)).status).toBe(200)
  })
})

describe('bodies', () => {
  const media = { status: 415, code: 'unsupported_media_type' } as const
  const json = { status: 400, code: 'invalid_json' } as const
  const type = (value: string) => ({ headers: { 'content-type': value } })
  const organization = (field: string) => ({ status: 422, code: 'organization_invalid', field })
  const pipeline = (field: string) => ({ status: 422, code: 'pipeline_invalid', field })
  const key = (field: string) => ({ status: 422, code: 'api_token_invalid', field })
  const pipelines = `${here}/pipelines`
  const keys = '/api/v0/user/api-tokens'
  const valid = { name: 'x', repository: 'r', default_branch: 'b' }
  const rows: readonly Row[] = [
    ['text', post(organizations, 'x', { ...media, ...type('text/plain') })],
    ['no media type', post(organizations, '{}', { ...media, ...type('') })],
    ['JSON in UTF-16', post(organizations, '{}', { ...media, ...type('application/json; charset=utf-16') })],
    ['a form', post(organizations, 'name=x', { ...media, ...type('application/x-www-form-urlencoded') })],
    ['a compressed body', post(organizations, '{}', { ...media, headers: { 'content-encoding': 'gzip' } })],
    ['no JSON', post(organizations, '{"name":', json)],
    ['two values', post(organizations, '{} {}', json)],
    ['a byte order mark', post(organizations, '\ufeff{"name":"x"}', json)],
    ['brackets only', post(organizations, '['.repeat(500_000), json)],
    ['no body', post(organizations, undefined, organization('name'))],
    ['a list', post(organizations, [], organization(''))],
    ['null', post(organizations, 'null', organization(''))],
    ['a name that is a number', post(organizations, { name: 5 }, organization('name'))],
    ['a name of spaces', post(organizations, { name: '  ' }, organization('name'))],
    ['a name of 256', post(organizations, { name: 'x'.repeat(256) }, organization('name'))],
    ['a name without a letter', post(organizations, { name: '日本' }, organization('name'))],
    ['a name with U+0000', post(organizations, { name: 'a\0' }, organization('name'))],
    ['half a character', post(organizations, '{"name":"\\ud800"}', organization('name'))],
    ['an address of another scheme', post(organizations, { name: 'x', url: 'ftp://x' }, organization('url'))],
    ['no address', post(organizations, { name: 'x', url: 'x' }, organization('url'))],
    ['a missing repository', post(pipelines, { ...valid, repository: undefined }, pipeline('repository'))],
    ['a repository of 1025', post(pipelines, { ...valid, repository: 'x'.repeat(1025) }, pipeline('repository'))],
    ['an empty branch', post(pipelines, { ...valid, default_branch: '' }, pipeline('default_branch'))],
    ['a source slug with capitals', post(pipelines, { ...valid, source_slug: 'Ci' }, pipeline('source_slug'))],
    ['a slug that is taken', post(pipelines, { ...valid, name: 'CI' }, { status: 422, code: 'pipeline_slug_taken' })],
    [
      'a name in the repository that is taken',
      post(
        pipelines,
        { ...valid, repository: 'ACME/ci', source_slug: 'ci' },
        { status: 422, code: 'pipeline_source_taken' },
      ),
    ],
    ['a blank description', post(keys, { description: ' ' }, key('description'))],
    ['an end in the past', post(keys, { description: 'x', expires_at: '2020-01-01T00:00:00Z' }, key('expires_at'))],
    ['an end that is no instant', post(keys, { description: 'x', expires_at: 'soon' }, key('expires_at'))],
  ]
  test.for(rows)('%s', async ([, row]) => {
    await expectRefusal(it, row)
  })

  test('over 1 MiB is 413 with the limit, declared and chunked', async () => {
    const body = JSON.stringify({ name: 'x'.repeat(1024 * 1024) })
    const { error } = await expectRefusal(it, post(organizations, body, { status: 413, code: 'payload_too_large' }))
    expect(error).toMatchObject({ limit_bytes: 1024 * 1024 })
    const head = `POST ${organizations} HTTP/1.1\r\nAuthorization: Bearer ${ownerToken}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`
    const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
    const answer = await sendRaw(Number(new URL(it.server.url).port), head + chunk)
    expect([answer?.status, JSON.parse(answer?.body ?? '{}').error?.limit_bytes]).toEqual([413, 1024 * 1024])
  })

  test('that is not UTF-8 is invalid_json', async () => {
    const bytes = Buffer.from('{"name":"\xff"}', 'latin1')
    const headers = { authorization: `Bearer ${ownerToken}`, 'content-type': 'application/json' }
    for (const path of [organizations, `${here}/pipelines/ci/builds`]) {
      const answer = await fetch(it.server.url + path, { method: 'POST', headers, body: bytes })
      expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([
        400,
        'invalid_json',
      ])
    }
  })
})
