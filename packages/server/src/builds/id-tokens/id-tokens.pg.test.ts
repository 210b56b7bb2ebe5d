import { randomUUID } from 'node:crypto'
import { createRemoteJWKSet, customFetch, decodeProtectedHeader, errors, jwtVerify } from 'jose'
import { allowInsecureRequests, discovery, customFetch as discoveryFetch } from 'openid-client'
import { beforeEach, expect, test } from 'vitest'
import { createSealer } from '../../platform/encryption/seal.ts'
import { createLimiter } from '../../platform/rate-limits/limiter.ts'
import { ProcessBuckets } from '../../platform/rate-limits/process-buckets.ts'
import { joinedRunner, leaseRequest } from '../../testing/joined-runner.ts'
import { ir } from '../../testing/runner.ts'
import { ownerToken, publicUrl, testServer } from '../../testing/server.ts'
import { idTokenIssuer } from './issue.ts'
import { removeLostKeys, rotateKeys } from './keys.ts'
import { forgetIdTokens } from './tasks.ts'

const key = 'the-encryption-key-of-these-tests'
const it = testServer({ HARMONT_ENCRYPTION_KEY: key })
const limited = testServer({ HARMONT_RATE_LIMITS: 'id_tokens_job=5/365d' })
const organization = '/api/v0/organizations/default'
const dayMs = 24 * 3600 * 1000
const start = new Date('2026-03-01T12:00:00.000Z')
const after = (days: number, seconds = 0) => new Date(start.getTime() + days * dayMs + seconds * 1000)

beforeEach(() => it.server.pool.query('delete from id_token_keys'))

const services = () => ({ pool: it.server.pool, sealer: createSealer(key) })
const limiter = createLimiter(new ProcessBuckets(), 'on')

/** Creates a build. It is an upload unless `row` changes that. */
async function newBuild(row: Readonly<Record<string, unknown>> = {}) {
  const slug = await it.newPipeline()
  const path = `${organization}/pipelines/${slug}/builds`
  const body = { branch: 'main', commit: 'c0ffee', source: 'api', pipeline_ir: ir({ key: 'a', cmd: 'true' }) }
  const { id, number } = (await it.request<{ id: string; number: number }>(ownerToken, 'POST', path, body)).body
  for (const [column, value] of Object.entries(row))
    await it.server.pool.query(`update build_records set ${column} = $2 where id = $1`, [id, value])
  const { rows } = await it.server.pool.query<{ organization_id: string; pipeline_id: string }>(
    'select p.organization_id, p.id as pipeline_id from pipelines p join build_records r on r.pipeline_id = p.id where r.id = $1',
    [id],
  )
  return { id, slug, number, ...(rows[0] as { organization_id: string; pipeline_id: string }) }
}

/** Issues tokens in the same way as the engine. */
function issue(buildId: string, now: Date, audiences: Readonly<Record<string, string>> = { F: 'sts.example.com' }) {
  const job = { id: randomUUID(), attempt: 1, runner: 'runner-1' }
  const issuer = idTokenIssuer({ ...services(), publicUrl, limiter, now: () => now })
  return issuer.issue({ buildId, job, stepKey: 'deploy', audiences })
}

async function tokenOf(buildId: string, now: Date): Promise<string> {
  const answer = await issue(buildId, now)
  const token = answer.kind === 'tokens' ? answer.tokens.get('F') : undefined
  if (token === undefined) throw new Error(`no token: ${JSON.stringify(answer)}`)
  return token
}

/** Redirects requests for the server's public address to its port, like a reverse proxy. */
const proxied: typeof fetch = (url, init) => fetch(String(url).replace(publicUrl, it.server.url), init)

/**
 * An independent relying party: discovers the issuer with openid-client and verifies with jose.
 * `reads` limits how often it may fetch the keys.
 */
async function relyingParty(reads: 'once' | 'always' = 'always') {
  const config = await discovery(new URL(publicUrl), 'nobody', undefined, undefined, {
    [discoveryFetch]: proxied as never,
    execute: [allowInsecureRequests],
  })
  const { issuer, jwks_uri: address = '' } = config.serverMetadata()
  const wait = reads === 'once' ? Number.POSITIVE_INFINITY : 0
  const keys = createRemoteJWKSet(new URL(address), {
    [customFetch]: proxied,
    cooldownDuration: wait,
    cacheMaxAge: wait,
  })
  return (token: string, currentDate: Date, audience = 'sts.example.com') =>
    jwtVerify(token, keys, { issuer, audience, currentDate, algorithms: ['RS256'] })
}

const kidOf = (token: string) => decodeProtectedHeader(token).kid

test('G120 a verifier accepts tokens before, during and after a rotation, and none of a removed key', async () => {
  const { id, organization_id: org, pipeline_id: pipeline, slug, number } = await newBuild({ ref_class: 'fetched' })
  const first = await tokenOf(id, start)
  const verify = await relyingParty()
  const { payload, protectedHeader } = await verify(first, start)
  expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT', kid: expect.stringMatching(/^[\w-]{43}$/) })
  expect(payload).toMatchObject({
    iss: publicUrl,
    sub: `org:${org}:pipeline:${pipeline}:ref:refs/heads/main`,
    ...{ organization: 'default', pipeline: slug, build: number, build_id: id, step: 'deploy', attempt: 1 },
    ...{ source: 'fetched', ref: 'refs/heads/main', commit: 'c0ffee', event: 'api' },
    ...{ iat: start.getTime() / 1000, exp: start.getTime() / 1000 + 900 },
  })
  expect(payload.jti).toMatch(/^[\da-f-]{36}$/)
  await expect(verify(first, start, 'vault')).rejects.toThrow(errors.JWTClaimValidationFailed)
  await expect(verify(first, after(0, 901))).rejects.toThrow(errors.JWTExpired)
  await rotateKeys(services(), after(28.9))
  const asBefore = await relyingParty('once')
  await asBefore(await tokenOf(id, after(28.9)), after(28.9))
  // The next key is published for a day before it signs anything.
  await rotateKeys(services(), after(29))
  const during = await tokenOf(id, after(30, -1))
  expect(kidOf(during)).toBe(kidOf(first))
  const withNext = await relyingParty('once')
  await withNext(during, after(30, -1))
  const next = await tokenOf(id, after(30))
  expect(kidOf(next)).not.toBe(kidOf(first))
  await withNext(next, after(30))
  await expect(asBefore(next, after(30))).rejects.toThrow(errors.JWKSNoMatchingKey)
  await verify(next, after(30))
  // A token signed in the old key's last second is accepted as long as it is valid.
  await rotateKeys(services(), after(30.9))
  await verify(during, after(30, 890))
  await rotateKeys(services(), after(31))
  await expect(verify(first, start)).rejects.toThrow(errors.JWKSNoMatchingKey)
  await verify(await tokenOf(id, after(31)), after(31))
})

test('G120 among many concurrent processes, one creates the first key and one creates the next', async () => {
  const { id } = await newBuild()
  const tokens = await Promise.all(Array.from({ length: 3 }, () => tokenOf(id, start)))
  expect(new Set(tokens.map(kidOf)).size).toBe(1)
  await Promise.all(Array.from({ length: 3 }, () => rotateKeys(services(), after(29))))
  const { rows } = await it.server.pool.query('select number, used_from from id_token_keys order by number')
  expect(rows).toEqual([
    { number: 1, used_from: start },
    { number: 2, used_from: after(30) },
  ])
  // A server that was down for months also publishes the next key for a day.
  await rotateKeys(services(), after(90))
  const { rows: late } = await it.server.pool.query('select number, used_from from id_token_keys order by number')
  expect(late).toEqual([
    { number: 2, used_from: after(30) },
    { number: 3, used_from: after(91) },
  ])
})

test('G121 the subject names the ref that the server fetched; an upload has no ref whatever it claims; a fork gets no token', async () => {
  const verify = await relyingParty()
  const subjectOf = async (row: Readonly<Record<string, unknown>>) => {
    const { id, organization_id: org, pipeline_id: pipeline } = await newBuild(row)
    const { payload } = await verify(await tokenOf(id, start), start)
    return [String(payload.sub).replace(`org:${org}:pipeline:${pipeline}:`, ''), payload] as const
  }
  const fetched = { ref_class: 'fetched' }
  expect((await subjectOf({ ...fetched, branch: 'feature/x' }))[0]).toBe('ref:refs/heads/feature/x')
  expect((await subjectOf({ ...fetched, branch: 'v1', tag: 'v1' }))[0]).toBe('ref:refs/tags/v1')
  const [pull, { pull_request: pullRequest }] = await subjectOf({ ...fetched, pull_request: { number: 7 } })
  expect([pull, pullRequest]).toEqual(['ref:refs/heads/main', 7])
  for (const row of [{}, { tag: 'v1' }, { event: 'push' }]) {
    const [subject, payload] = await subjectOf(row)
    expect([subject, payload.source]).toEqual(['upload', 'upload'])
    for (const name of ['ref', 'commit', 'event', 'repository', 'repository_id', 'forge', 'pull_request'])
      expect(payload).not.toHaveProperty(name)
  }
  const fork = await newBuild({ ...fetched, trust: 'fork' })
  expect(await issue(fork.id, start)).toEqual({ kind: 'withheld', remark: expect.stringContaining('forks') })
})

test('G122 each issued token is in the audit log for a year, by its id and without its value', async () => {
  const { id, slug, number } = await newBuild()
  const answer = await issue(id, start, { A: 'sts.example.com', B: 'vault' })
  const tokens = answer.kind === 'tokens' ? [...answer.tokens.values()] : []
  const { body } = await it.request<{ audit_events: Record<string, unknown>[] }>(
    ownerToken,
    'GET',
    `${organization}/audit-events`,
  )
  const [event] = Object.values(body).find(Array.isArray) as { action: string; subject: string; details: unknown }[]
  expect(event).toMatchObject({
    action: 'id_token.issued',
    subject: expect.stringMatching(/^org:.*:upload$/),
    details: { pipeline: slug, build: number, build_id: id, step: 'deploy', runner: 'runner-1' },
  })
  const verify = await relyingParty()
  const [a, b] = await Promise.all([verify(tokens[0] ?? '', start), verify(tokens[1] ?? '', start, 'vault')])
  expect(event?.details).toMatchObject({
    tokens: [
      { audience: 'sts.example.com', jti: a.payload.jti },
      { audience: 'vault', jti: b.payload.jti },
    ],
  })
  const { rows } = await it.server.pool.query<{ dump: string }>(
    'select (select json_agg(a)::text from audit_events a) || (select json_agg(k)::text from id_token_keys k) as dump',
  )
  for (const token of tokens) expect(rows[0]?.dump).not.toContain(token.slice(-40))
  expect(rows[0]?.dump).not.toContain('"d"')
  const count = async () =>
    (await it.server.pool.query("select 1 from audit_events where action = 'id_token.issued'")).rowCount
  const before = await count()
  await it.server.pool.query("update audit_events set created_at = now() - interval '366 days' where id = $1", [
    (event as { id?: string } | undefined)?.id,
  ])
  expect(await forgetIdTokens(it.server.pool, new Date())).toBe(1)
  expect(await count()).toBe((before ?? 0) - 1)
})

test('G122 a runner requests tokens of its job only as often as the limit allows; further requests are refused and leave no trace', async () => {
  const runner = await joinedRunner(limited)
  const slug = await limited.newPipeline()
  const pipelineIr = ir({ key: 'a', cmd: 'true', id_tokens: { ID: { audience: 'x' } } })
  const build = { branch: 'main', commit: 'c', pipeline_ir: pipelineIr }
  await limited.request(ownerToken, 'POST', `${organization}/pipelines/${slug}/builds`, build)
  const [lease] = (await runner.call('lease', leaseRequest())).body.jobs as { readonly jobId: string }[]
  const answers = await Promise.all(Array.from({ length: 8 }, () => runner.call('id-tokens', { lease })))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(5)
  const refused = answers.filter(({ status }) => status !== 200)
  expect(refused.map(({ status, body }) => [status, body.code])).toEqual(Array(3).fill([429, 'rate_limited']))
  expect(refused[0]?.body.message).toMatch(
    /^At most 5 requests per 31536000 s \(limit `id_tokens_job`\); try again in \d+ s\.$/,
  )
  const issued = "select from audit_events where action = 'id_token.issued' and details->>'job' = $1"
  expect((await limited.server.pool.query(issued, [lease?.jobId])).rowCount).toBe(5)
})

test('keys sealed with a lost encryption key sign nothing, and are replaced once the operator has removed them', async () => {
  const { id } = await newBuild()
  const first = await tokenOf(id, start)
  const other = { ...services(), sealer: createSealer('another-key-than-was-there') }
  const issuer = idTokenIssuer({ ...other, publicUrl, limiter, now: () => start })
  const request = { buildId: id, job: { id, attempt: 1, runner: null }, stepKey: 'a', audiences: { F: 'x' } }
  expect(await issuer.issue(request)).toEqual({ kind: 'unusable', reason: expect.stringContaining('forget-lost') })
  expect(await removeLostKeys(services())).toBe(0)
  expect(await removeLostKeys(other)).toBe(1)
  const answer = await issuer.issue(request)
  const token = answer.kind === 'tokens' ? (answer.tokens.get('F') ?? '') : ''
  expect(kidOf(token)).not.toBe(kidOf(first))
})

test('the configuration and the keys are public and may be cached for five minutes', async () => {
  const none = await it.request(null, 'GET', '/.well-known/jwks.json')
  expect([none.status, none.body]).toEqual([200, { keys: [] }])
  expect(none.headers.get('cache-control')).toBe('public, max-age=300')
  const { status, body } = await it.request(null, 'GET', '/.well-known/openid-configuration')
  expect([status, body]).toMatchObject([
    200,
    {
      issuer: publicUrl,
      jwks_uri: `${publicUrl}/.well-known/jwks.json`,
      id_token_signing_alg_values_supported: ['RS256'],
    },
  ])
})
