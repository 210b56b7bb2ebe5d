/** Attacks with a stolen runner key: the actions it permits, and those that are refused. */
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { noOutput, runnerFeatures } from '@harmont/engine'
import { beforeAll, expect, test } from 'vitest'
import { callRunners, type JoinedRunner, joinedRunner, leaseRequest, newRunnerKey } from '../testing/joined-runner.ts'
import { ir } from '../testing/runner.ts'
import { ownerToken, testServer } from '../testing/server.ts'
import { revokeRunner, revokeRunnerKey } from './index.ts'
import { rotationText } from './signed-text.ts'

interface Ref {
  readonly jobId: string
  readonly buildId: string
  readonly fence: number
  readonly leaseId: string | null
}

const it = testServer()
const exited = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null }
let thief: JoinedRunner
/**
 * Jobs of the thief's organization: one that the thief holds, and one that another runner holds.
 */
let own: Ref
let foreign: Ref
/** A build without a running job, and one of another organization. */
let over: string
let elsewhere: string

async function submit(token: string, organization: string): Promise<string> {
  const path = `/api/v0/organizations/${organization}/pipelines`
  const wish = { name: randomUUID(), repository: `local/${randomUUID()}`, default_branch: 'main' }
  const { slug } = (await it.request<{ slug: string }>(token, 'POST', path, wish)).body
  const build = {
    branch: 'main',
    commit: '0'.repeat(40),
    pipeline_ir: ir({ key: 'a', cmd: 'true', id_tokens: { ID: { audience: 'x' } } }),
  }
  return (await it.request<{ id: string }>(token, 'POST', `${path}/${slug}/builds`, build)).body.id
}

async function leased(runner: JoinedRunner): Promise<Ref> {
  const { body } = await runner.call('lease', leaseRequest())
  const [job, ...more] = body.jobs as Ref[]
  if (job === undefined || more.length > 0) throw new Error(`expected one job, got ${JSON.stringify(body)}`)
  return { jobId: job.jobId, buildId: job.buildId, fence: job.fence, leaseId: job.leaseId }
}

beforeAll(async () => {
  const { rows } = await it.server.pool.query<{ id: string }>("select id from organizations where slug = 'default'")
  const organizations = rows.map(({ id }) => id)
  thief = await joinedRunner(it, { organizations, getsSecrets: false, labels: ['small'] })
  const honest = await joinedRunner(it)
  over = await submit(ownerToken, 'default')
  const done = await leased(honest)
  await honest.call('started', { lease: done, at: Date.now() })
  const ended = await honest.call('finish', { lease: done, at: Date.now(), outcome: exited, output: noOutput })
  if (ended.body.held !== true) throw new Error(`the build did not end: ${JSON.stringify(ended)}`)
  await submit(ownerToken, 'default')
  foreign = await leased(honest)
  await submit(ownerToken, 'default')
  own = await leased(thief)
  const { token, organization } = await it.newUser('neighbour')
  elsewhere = await submit(token, organization)
})

const at = () => Date.now()
/** A snapshot that the server stores for builds of the thief's organization, and its object. */
const kept = { snapshot: randomUUID(), digest: `sha256:${'a'.repeat(64)}` }
const wanted = () => ({ snapshot: kept.snapshot, form: 'erofs' })

/** Stores the layer as if an honest runner had sent it. */
async function keepLayer(): Promise<void> {
  const description = { id: kept.snapshot, layers: [kept.snapshot], blob: { digest: kept.digest } }
  const { rows } = await it.server.pool.query("select id::text from organizations where slug = 'default'")
  const values = [kept.snapshot, rows[0].id, kept.digest, foreign.buildId, foreign.jobId, description]
  await it.server.pool.query(
    `with e as (
       insert into engine.exports (snapshot, form, queue, pool, runner, build_id, job_id, asked_at, stored_at, bytes)
       values ($1, 'erofs', $2, 'default', 'honest', $4, $5, now(), now(), 1) on conflict do nothing)
     insert into engine.layers (id, form, queue, pool, digest, bytes, layers, description, taint)
     values ($1, 'erofs', $2, 'default', $3, 1, array[$1], $6, '{}') on conflict do nothing`,
    values,
  )
}

/** Returns a body of one frame. */
function frame(head: object, bytes: string): Buffer<ArrayBuffer> {
  const text = JSON.stringify(head)
  const lengths = Buffer.alloc(8)
  lengths.writeUInt32BE(Buffer.byteLength(text), 0)
  lengths.writeUInt32BE(Buffer.byteLength(bytes), 4)
  return Buffer.concat([lengths, Buffer.from(text + bytes)])
}

function someLayer(id: string): object {
  const blob = { form: 'erofs', digest: kept.digest, blobBytes: 1, bytes: 1 }
  const of = { parent: null, imageDigest: 'i', imageNames: [], layers: [id], createdAt: 'now', source: null, blob }
  return { id, ...of, meta: { cache: null, origin: {} } }
}

interface Pair {
  readonly publicKey: string
  signature(text: string): string
}

function newPair(): Pair {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return {
    publicKey: publicKey.export({ format: 'jwk' }).x ?? '',
    signature: (text) => sign(null, Buffer.from(text), privateKey).toString('base64url'),
  }
}

/** Returns a request for a new runner key, with these two signatures. */
function rotation(
  { id: runner, counter, session }: Pick<JoinedRunner, 'id' | 'counter' | 'session'>,
  wanted: Pair,
  old: Pair,
  next: Pair = wanted,
): object {
  const claim = { runner, counter, session, public_key: wanted.publicKey }
  const text = rotationText(claim)
  return { ...claim, signature: old.signature(text), new_signature: next.signature(text) }
}

/** Each attempt, and the error code of its refusal. */
const attempts: Readonly<Record<string, readonly [string, () => ReturnType<typeof callRunners>]>> = {
  'joins with a key that nobody made': [
    'runner_key_invalid',
    () => callRunners(it, 'join', { key: 'x'.repeat(43), public_key: 'A'.repeat(43), name: 'thief' }),
  ],
  'joins with a revoked key': [
    'runner_key_invalid',
    async () => {
      const key = await newRunnerKey(it)
      const { rows } = await it.server.pool.query<{ id: string }>(
        'select id from runner_keys order by created_at desc limit 1',
      )
      await revokeRunnerKey(it.server.pool, rows[0]?.id ?? '')
      return callRunners(it, 'join', { key, public_key: 'B'.repeat(43), name: 'thief' })
    },
  ],
  'joins with an expired key': [
    'runner_key_expired',
    async () => {
      const key = await newRunnerKey(it, { expiresAt: new Date(Date.now() - 1000) })
      return callRunners(it, 'join', { key, public_key: 'C'.repeat(43), name: 'thief' })
    },
  ],
  'joins once more than the key allows': [
    'runner_key_used_up',
    async () => {
      const key = await newRunnerKey(it, { uses: 1 })
      await callRunners(it, 'join', { key, public_key: 'D'.repeat(43), name: 'thief' })
      return callRunners(it, 'join', { key, public_key: 'E'.repeat(43), name: 'thief' })
    },
  ],
  'joins as another runner, whose public key it knows': [
    'runner_key_invalid',
    async () => callRunners(it, 'join', { key: await newRunnerKey(it), public_key: thief.publicKey, name: 'thief' }),
  ],
  'joins with a key that is no key': [
    'runner_request_invalid',
    () => callRunners(it, 'join', { key: 'x', public_key: 'short', name: 'thief' }),
  ],
  'sends garbage': ['runner_request_invalid', () => callRunners(it, 'token', '{"runner":')],
  'sends more than a request may have': [
    'runner_request_invalid',
    () => callRunners(it, 'join', { key: 'x'.repeat(100_000), public_key: 'A'.repeat(43), name: 'thief' }),
  ],
  'signs for another runner with its own key': [
    'runner_signature_invalid',
    async () => {
      const other = await joinedRunner(it)
      return callRunners(it, 'token', thief.signed({ runner: other.id, counter: other.counter, session: null }))
    },
  ],
  'repeats a request for a token that it recorded': [
    'runner_counter_stale',
    () =>
      callRunners(it, 'token', thief.signed({ runner: thief.id, counter: thief.counter - 1, session: thief.session })),
  ],
  "replaces the key of another runner, without that runner's signature": [
    'runner_signature_invalid',
    async () => callRunners(it, 'rotate', rotation(await joinedRunner(it), await joinedRunner(it), thief)),
  ],
  'replaces the key of another runner by its own, which it signs with both times': [
    'runner_signature_invalid',
    async () => callRunners(it, 'rotate', rotation(await joinedRunner(it), thief, thief)),
  ],
  'takes the public key of another runner in place of its own': [
    'runner_signature_invalid',
    async () => callRunners(it, 'rotate', rotation(thief, await joinedRunner(it), thief, thief)),
  ],
  'registers one key for two runners': [
    'runner_request_invalid',
    async () => {
      const other = await joinedRunner(it)
      return callRunners(it, 'rotate', rotation(thief, other, thief, other))
    },
  ],
  'replaces its key by a request that it recorded, after another replacement': [
    'runner_signature_invalid',
    async () => {
      const [first, second] = [newPair(), newPair()]
      const copied = await joinedRunner(it)
      const recorded = rotation(copied, first, copied)
      const { body } = await callRunners(it, 'rotate', recorded)
      const next = { id: copied.id, counter: Number(body.counter), session: copied.session }
      await callRunners(it, 'rotate', rotation(next, second, first))
      return callRunners(it, 'rotate', recorded)
    },
  ],
  'replaces its key after it was revoked': [
    'runner_revoked',
    async () => {
      const revoked = await joinedRunner(it)
      await revokeRunner(it.server.pool, revoked.id)
      return callRunners(it, 'rotate', rotation(revoked, newPair(), revoked))
    },
  ],
  'signs with the key that it has replaced': [
    'runner_signature_invalid',
    async () => {
      const copied = await joinedRunner(it)
      const { body } = await callRunners(it, 'rotate', rotation(copied, newPair(), copied))
      return callRunners(
        it,
        'token',
        copied.signed({ runner: copied.id, counter: Number(body.counter), session: null }),
      )
    },
  ],
  'signs for a runner that does not exist': [
    'runner_unknown',
    () => callRunners(it, 'token', thief.signed({ runner: randomUUID(), counter: 0, session: null })),
  ],
  'goes on with a session that another process has ended': [
    'runner_superseded',
    async () => {
      const copied = await joinedRunner(it)
      const earlier = { session: copied.session }
      await copied.renew(null)
      return callRunners(
        it,
        'token',
        copied.signed({ runner: copied.id, counter: copied.counter, session: earlier.session }),
      )
    },
  ],
  'uses the token of that session': [
    'runner_superseded',
    async () => {
      const copied = await joinedRunner(it)
      const { token } = copied
      await copied.renew(null)
      return copied.call('renew', {}, token)
    },
  ],
  'asks for work without a token': ['runner_token_invalid', () => thief.call('lease', leaseRequest(), null)],
  'asks for work with the key itself': ['runner_token_invalid', () => thief.call('lease', leaseRequest(), thief.key)],
  "asks for work with a person's key": ['runner_token_invalid', () => thief.call('lease', leaseRequest(), ownerToken)],
  'uses a token that has expired': [
    'runner_token_invalid',
    async () => {
      const late = await joinedRunner(it)
      await it.server.pool.query(
        "update runner_tokens set expires_at = now() - interval '1 second' where runner_id = $1",
        [late.id],
      )
      return late.call('renew', {})
    },
  ],
  'goes on after it was revoked': [
    'runner_revoked',
    async () => {
      const revoked = await joinedRunner(it)
      await revokeRunner(it.server.pool, revoked.id)
      return revoked.call('renew', {})
    },
  ],
  'signs for a token after it was revoked': [
    'runner_revoked',
    async () => {
      const revoked = await joinedRunner(it)
      await revokeRunner(it.server.pool, revoked.id)
      return callRunners(it, 'token', revoked.signed({ runner: revoked.id, counter: revoked.counter, session: null }))
    },
  ],
  'reads the source of a build of which it holds nothing': [
    'not_held',
    () => thief.call('source', { buildId: foreign.buildId }),
  ],
  'reads the source of a build that is over': ['not_held', () => thief.call('source', { buildId: over })],
  'reads the source of another organization': ['not_held', () => thief.call('source', { buildId: elsewhere })],
  'asks for a call that there is none of': ['unknown_call', () => thief.call('builds', {})],
  'offers layers that nobody wants of it': [
    'not_wanted',
    () => thief.call('layers/offer', { ...wanted(), layers: [kept.snapshot] }),
  ],
  'tells about a layer that nobody wants of it': [
    'not_wanted',
    () => thief.call('layers/have', { ...wanted(), layer: someLayer(kept.snapshot) }),
  ],
  'tells of a layer that does not begin with itself': [
    'bad_request',
    () => thief.call('layers/have', { ...wanted(), layer: { ...someLayer(kept.snapshot), id: randomUUID() } }),
  ],
  'sends bytes of a layer that nobody wants of it': [
    'not_wanted',
    () => thief.call('layers/upload', frame({ ...wanted(), digest: kept.digest, index: 0 }, 'x')),
  ],
  "keeps another runner's files from travelling": [
    'not_wanted',
    () => thief.call('layers/refuse', { snapshot: kept.snapshot, reason: 'because' }),
  ],
  'keeps files from travelling with a job that does not start from them': [
    'not_wanted',
    () => thief.call('layers/refuse', { snapshot: kept.snapshot, reason: 'because', lease: own }),
  ],
  'reads a layer that its job does not start from': [
    'not_wanted',
    async () => {
      await keepLayer()
      return thief.call('layers/fetch', { lease: own, ...kept, from: 0 })
    },
  ],
  'reads a layer for a job that another runner holds': [
    'not_held',
    () => thief.call('layers/fetch', { lease: foreign, ...kept, from: 0 }),
  ],
  'asks which runners have a layer that its job does not start from': [
    'not_wanted',
    async () => {
      await keepLayer()
      return thief.call('layers/peers', { lease: own, ...kept })
    },
  ],
  'keeps others from taking a layer that its job does not start from': [
    'not_wanted',
    () =>
      thief.call('layers/struck', { lease: own, snapshot: kept.snapshot, layer: kept.snapshot, runner: randomUUID() }),
  ],
  'leads other runners to a path': [
    'bad_request',
    () => thief.call('renew', { peer: { address: 'db.internal:5432/layer', certificate: 'a'.repeat(64) } }),
  ],
  'leads other runners to somebody with a login': [
    'bad_request',
    () => thief.call('renew', { peer: { address: 'a:b@db.internal:5432', certificate: 'a'.repeat(64) } }),
  ],
  'reads the archive of a build of which it holds nothing': [
    'not_held',
    () => thief.call('source/archive', { buildId: foreign.buildId, sha256: 'a'.repeat(64), from: 0 }),
  ],
}

test.for(Object.entries(attempts))('G79 is refused: a stolen key %s', async ([, [code, attempt]]) => {
  const { status, body } = await attempt()
  expect([body.code, status >= 400]).toEqual([code, true])
})

/** Attempts on other runners' leases: the answer is the one for a lost lease. */
const onLeases: Readonly<Record<string, readonly [object, (lease: Ref) => ReturnType<typeof callRunners>]>> = {
  'reports a start': [{ lastsMs: null }, (lease) => thief.call('started', { lease, at: at() })],
  'reports an end': [
    { held: false },
    (lease) => thief.call('finish', { lease, at: at(), outcome: exited, output: noOutput }),
  ],
  'reads secrets': [{ secrets: null }, (lease) => thief.call('secrets', { lease, names: ['TOKEN'] })],
  'has identity tokens issued': [{ idTokens: null }, (lease) => thief.call('id-tokens', { lease })],
  'reports a rendering': [
    { held: false },
    (lease) => thief.call('rendered', { lease, at: at(), result: { kind: 'ir', ir: '{}' } }),
  ],
  'names another image': [{ held: false }, (lease) => thief.call('substituted', { lease, at: at(), image: 'evil' })],
  'ends the time of a step': [{ held: false }, (lease) => thief.call('command-ended', { lease, at: at() })],
  'reports services': [{ held: false }, (lease) => thief.call('services', { lease, at: at(), services: [] })],
  'opens the log of a service': [
    { log: null },
    (lease) => thief.call('open-service-log', { lease, service: 'db', isNew: true }),
  ],
  'asks for parts of artifacts': [
    { lacking: null },
    (lease) => thief.call('lacking-parts', { lease, wanted: { digests: [], bytes: 0 } }),
  ],
  'looks for layers': [
    { layers: null },
    (lease) => thief.call('layers/find', { lease, snapshot: kept.snapshot, forms: ['erofs'] }),
  ],
  'asks which runners have a layer': [
    { located: null },
    (lease) => thief.call('layers/peers', { lease, snapshot: kept.snapshot, digest: kept.digest }),
  ],
  'says that a runner gave wrong bytes': [
    {},
    (lease) =>
      thief.call('layers/struck', { lease, snapshot: kept.snapshot, layer: kept.snapshot, runner: randomUUID() }),
  ],
  'says that it has layers': [{}, (lease) => thief.call('layers/placed', { lease, snapshot: kept.snapshot, ms: 1 })],
  'keeps layers from travelling': [
    {},
    (lease) => thief.call('layers/refuse', { lease, snapshot: kept.snapshot, reason: 'because' }),
  ],
  'deals files': [{ deal: null }, (lease) => thief.call('deal', { lease, split: { files: '*', total: 2 }, files: [] })],
}

test.for(Object.entries(onLeases))(
  'G79 changes nothing: a stolen key %s of a job that another runner holds',
  async ([, [expected, attempt]]) => {
    for (const lease of [
      foreign,
      { ...foreign, fence: foreign.fence + 1 },
      { ...own, fence: own.fence + 1 },
      { ...own, jobId: foreign.jobId },
      { ...foreign, leaseId: null },
      { ...foreign, leaseId: own.leaseId },
    ]) {
      const { body } = await attempt(lease)
      expect(body).toEqual(expected)
    }
    const { rows } = await it.server.pool.query(
      `select state, (select count(*)::int from engine.layer_places) as places, (select refused from engine.exports limit 1)
         from engine.jobs where id = $1`,
      [foreign.jobId],
    )
    expect(rows).toEqual([{ state: 'assigned', places: 0, refused: null }])
  },
)

test('G79 a stolen key finds no layers except those from which its own job starts, and cannot claim to have any', async () => {
  await keepLayer()
  const { body } = await thief.call('layers/find', { lease: own, snapshot: kept.snapshot, forms: ['erofs'] })
  expect(body).toEqual({ layers: null })
  await thief.call('layers/placed', { lease: own, snapshot: kept.snapshot, ms: 1 })
  expect((await it.server.pool.query('select from engine.layer_places')).rows).toEqual([])
  expect((await thief.call('renew', { traffic: { forms: ['erofs'], host: null } })).body.exports).toEqual([])
})

test('G79 a stolen key gets no job of another organization, pool or label, and no secrets or tokens, which its join key excludes', async () => {
  expect((await thief.call('lease', leaseRequest(9))).body).toEqual({ jobs: [] })
  expect((await thief.call('reclaim', { features: runnerFeatures })).body.jobs).toMatchObject([own])
  const { body } = await thief.call('secrets', { lease: own, names: ['TOKEN'] })
  expect(body.secrets).toMatchObject({ kind: 'withheld' })
  expect((await thief.call('id-tokens', { lease: own })).body.idTokens).toMatchObject({ kind: 'withheld' })
})

test('G79 a runner has no access to the API for people', async () => {
  for (const token of [thief.token, thief.key])
    expect((await it.request(token, 'GET', '/api/v0/user')).status).toBe(401)
})
