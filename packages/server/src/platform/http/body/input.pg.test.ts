import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { caller } from '../testing/client.ts'
import { memberToken, startTestServer, type TestServer } from '../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const call = caller(() => server.url)
const builds = '/api/v0/organizations/acme/pipelines/ci/builds'

describe('input', () => {
  it('coerces nothing and names every field', async () => {
    const answer = await call('POST', builds, memberToken, '{"branch":5,"env":{"A":1,"B.C":null},"unknown":1}')
    expect(answer.json.error).toMatchObject({ type: 'validation_failed', code: 'build_invalid' })
    expect(answer.json.error.errors).toEqual(
      expect.arrayContaining([
        { field: 'branch', message: 'must be a string' },
        { field: 'commit', message: 'is required' },
        { field: 'env.A', message: 'must be a string' },
      ]),
    )
  })

  it('refuses text that cannot be stored, even in names of members', async () => {
    const refused = ['{"name":"a\\u0000"}', '{"name":"\\ud800"}']
    for (const body of refused) {
      const answer = await call('POST', '/api/v0/organizations', memberToken, body)
      expect(answer.json.error.errors?.[0]).toEqual({
        field: 'name',
        message: 'must be valid Unicode without the character U+0000',
      })
    }
    const named = await call('POST', builds, memberToken, '{"branch":"b","commit":"c","env":{"A\\u0000":"x"}}')
    expect(named.status).toBe(422)
    expect((await call('POST', '/api/v0/organizations', memberToken, '{"name":"x","unknown":"\\u0000"}')).status).toBe(
      201,
    )
  })

  it('treats members named like parts of a prototype as unknown members', async () => {
    const body = '{"name":"x","__proto__":{"name":5},"constructor":{"prototype":{}},"toString":1}'
    expect((await call('POST', '/api/v0/organizations', memberToken, body)).status).toBe(201)
    expect((await call('POST', '/api/v0/organizations', memberToken, '{"__proto__":{"name":"x"}}')).status).toBe(422)
  })

  it('returns 422 for a body that is not an object', async () => {
    for (const body of ['null', '[]', '"x"', '1', 'true']) {
      const answer = await call('POST', '/api/v0/organizations', memberToken, body)
      expect(answer.json.error.errors).toEqual([{ field: '', message: 'must be an object' }])
    }
  })

  it('names only the first of thousands of invalid members of a body', async () => {
    const env = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`A${index}`, 1]))
    const answer = await call('POST', builds, memberToken, JSON.stringify({ branch: 'b', commit: 'c', env }))
    expect(answer.json.error.errors).toHaveLength(1)
  })

  it('clamps a limit and refuses one that is not a number', async () => {
    const count = async (query: string) =>
      (await call('GET', `/api/v0/organizations${query}`, memberToken)).json.data?.length
    expect(
      await Promise.all(
        ['', '?limit=1', '?limit=0', '?limit=-5', '?limit=1000', '?limit=99999999999999999999999'].map(count),
      ),
    ).toEqual([50, 1, 1, 1, 100, 100])
    for (const limit of ['', 'x', '1.5', '1e1', '0x1', '+1', ' 1', '1&limit=2', 'null']) {
      const answer = await call('GET', `/api/v0/organizations?limit=${limit}`, memberToken)
      expect([limit, answer.status, answer.json.error.code]).toEqual([limit, 400, 'query_invalid'])
    }
    expect((await call('GET', '/api/v0/organizations?limit=%ff', memberToken)).json.error.code).toBe(
      'request_malformed',
    )
  })
})
