import type { components } from '@harmont/contract'
import { expect, test } from 'vitest'
import { hashToken } from '../../platform/encryption/token.ts'
import { ir, playJob } from '../../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'

const it = testServer()
const archive = Buffer.from('these bytes stand for an archive')

async function newBuild(source: string | null): Promise<{ path: string; buildPath: string }> {
  const slug = await it.newPipeline()
  const builds = `/api/v0/organizations/default/pipelines/${slug}/builds`
  const body = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }), source_b64: source }
  const made = await it.request<components['schemas']['Build']>(ownerToken, 'POST', builds, body)
  await it.server.pool.query('update build_records set runner_token_hash = $1 where id = $2', [
    hashToken('the-token-of-this-build'),
    made.body.id,
  ])
  return { path: `/api/v0/internal/builds/${made.body.id}/source.tar.gz`, buildPath: `${builds}/1` }
}

test('a source request is refused for: no token, no build, wrong token, no archive, in this order', async () => {
  const { path, buildPath } = await newBuild(archive.toString('base64'))
  const empty = await newBuild('')
  const absent = '/api/v0/internal/builds/00000000-0000-4000-8000-000000000000/source.tar.gz'
  const ask = async (target: string, token: string | null) => {
    const answer = await it.request(token, 'GET', target)
    return [answer.status, codeOf(answer)]
  }
  expect(await ask(path, null)).toEqual([401, 'unauthorized'])
  expect(await ask(absent, null)).toEqual([401, 'unauthorized'])
  expect(await ask(absent, 'any')).toEqual([404, 'source_not_found'])
  expect(await ask('/api/v0/internal/builds/malformed/source.tar.gz', 'any')).toEqual([404, 'source_not_found'])
  expect(await ask(path, 'wrong')).toEqual([401, 'unauthorized'])
  expect(await ask(path, ownerToken)).toEqual([401, 'unauthorized'])
  expect(await ask(empty.path, 'the-token-of-this-build')).toEqual([404, 'source_not_found'])
  for (const target of [buildPath, empty.buildPath]) await it.request(ownerToken, 'PUT', `${target}/cancel`)
})

test('the archive is served unchanged, whole or by range, until the build ends', async () => {
  const { path } = await newBuild(archive.toString('base64'))
  const headers = { authorization: 'Bearer the-token-of-this-build' }
  const whole = await fetch(it.server.url + path, { headers })
  expect(whole.headers.get('content-type')).toBe('application/gzip')
  expect(Buffer.from(await whole.arrayBuffer())).toEqual(archive)
  const part = await it.request<string>(null, 'GET', path, undefined, { ...headers, range: 'bytes=6-10' })
  expect([part.status, part.body, part.headers.get('content-range')]).toEqual([
    206,
    'bytes',
    `bytes 6-10/${archive.length}`,
  ])
  const etag = whole.headers.get('etag') ?? ''
  expect((await it.request(null, 'GET', path, undefined, { ...headers, 'if-none-match': etag })).status).toBe(304)
  await (await playJob(it)).end()
  await expect.poll(async () => (await it.request(null, 'GET', path, undefined, headers)).status).toBe(401)
})
