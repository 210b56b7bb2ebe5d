/**
 * Moves a server's blobs to S3 and back to a directory, with a kill of the server during an upload
 * and an outage of S3. Runs only in soak; `npm test` tests the parts separately.
 */
import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { refuses, StrangeProxy } from '@harmont/outside/proxy'
import { removeTree } from '@harmont/outside/remove-tree'
import { effort } from '@harmont/test-kit/effort'
import { addWitness } from '@harmont/test-kit/file'
import { reservePort } from '@harmont/test-kit/port'
import { until } from '@harmont/test-kit/until'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blobsInUse } from '../packages/server/src/main/remove-unused.ts'
import { sweepBlobs } from '../packages/server/src/main/sweeps.ts'
import { openBlobs } from '../packages/server/src/platform/blobs/open-blobs.ts'
import { readSettings } from '../packages/server/src/platform/settings/read-settings.ts'
import { migratedDatabase } from '../packages/server/src/testing/database.ts'
import { quietPool } from '../packages/server/src/testing/quiet-pool.ts'
import { freshBucket } from '../packages/server/src/testing/s3.ts'
import { machineExceptions } from '../scripts/machine-exceptions.ts'
import { type ServerProcess, serverProgram, startServerProcess } from '../scripts/server-process.ts'
import { connect, type OrganizationClient } from './client.ts'
import { showHostBase } from './host-base.ts'
import { buildEnd, compiledCode, flatIr, packFolder } from './product.ts'

const token = 'bootstrap-token-of-the-move'
const proxy = new Set<StrangeProxy>()
let folder: string
let pool: pg.Pool
let env: Record<string, string>
let server: ServerProcess
let api: OrganizationClient
/** `HARMONT_BLOB_URL` of the running server. */
let place: string
let s3: string

async function start(at: string): Promise<void> {
  place = at
  const logFile = join(folder, 'server.log')
  addWitness(() => (existsSync(logFile) ? readFileSync(logFile, 'utf8').slice(-3000) : ''))
  server = await startServerProcess({ port: Number(env.PORT), logFile, env: { ...env, HARMONT_BLOB_URL: at } })
  api = connect(server.url, token, 'default')
}

async function copy(to: string): Promise<string> {
  const args = [serverProgram, 'blobs', 'copy', to]
  return (await promisify(execFile)(process.execPath, args, { env: { ...env, HARMONT_BLOB_URL: place } })).stdout
}

const blobsAt = (at: string) =>
  openBlobs(readSettings({ ...env, HARMONT_BLOB_URL: at }), { path: folder, blobs: join(folder, 'unused') })

/** Submits a build with a source, a long log and an artifact of three parts. */
async function submit(): Promise<number> {
  const source = mkdtempSync(join(folder, 'source-'))
  writeFileSync(join(source, 'data'), randomBytes(300_000))
  const cmd = 'sha256sum data; seq 1 200000; head -c 40000000 /dev/urandom >large; sha256sum large'
  const build = {
    branch: 'main',
    commit: '0'.repeat(40),
    pipeline_ir: flatIr([{ key: 'a', cmd, artifacts: [{ path: 'large' }] }]),
  }
  const { number } = await api.createBuild('ci', { ...build, source_b64: packFolder(source) })
  expectedData.set(number, digestOf(readFileSync(join(source, 'data'))))
  return number
}

const expectedData = new Map<number, string>()
const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

async function get(path: string): Promise<Buffer> {
  const answer = await fetch(`${server.url}/api/v0/organizations/default/pipelines/ci/builds/${path}`, {
    headers: { authorization: `Bearer ${token}` },
  })
  expect([path, answer.status]).toEqual([path, 200])
  return Buffer.from(await answer.arrayBuffer())
}

/** Checks a passed build against its own output, after its log has been packed. */
async function check(number: number): Promise<void> {
  const { build, jobs } = await buildEnd(api, 'ci', number)
  const id = jobs.get('a')?.id ?? ''
  expect(build.state).toBe('passed')
  const packed = 'select from packed_logs where job_id = $1 and (blob is not null or parts > 0)'
  await until(async () => (await pool.query(packed, [id])).rowCount === 1)
  const lines = (await api.readLog(id)).trimEnd().split('\n')
  expect(lines.slice(1, -1).join(' ')).toBe(Array.from({ length: 200_000 }, (_, at) => at + 1).join(' '))
  expect(lines[0]?.slice(0, 64)).toBe(expectedData.get(number))
  const [artifact] = JSON.parse(String(await get(`${number}/artifacts`))).data
  const digest = digestOf(await get(`${number}/artifacts/${artifact.id}`))
  expect([artifact.sha256, lines.at(-1)?.slice(0, 64)]).toEqual([digest, digest])
}

/** Checks that a sweep removes exactly the unreferenced blobs. */
async function expectNoOrphans(): Promise<void> {
  const blobs = await blobsAt(place)
  const list = async () => (await Array.fromAsync(blobs.list())).map(({ name }) => name)
  await sweepBlobs(pool, blobs, new Date(Date.now() + 3_600_000))
  const left = await list()
  expect(new Set(left)).toEqual(await blobsInUse(pool, left))
  expect(left.length).toBeGreaterThan(0)
}

describe.runIf(effort > 1)('a server that moves', () => {
  beforeAll(async () => {
    const bucket = await freshBucket()
    folder = mkdtempSync('/var/tmp/harmont-s3-')
    await showHostBase(join(folder, 'data'))
    const through = await StrangeProxy.start()
    through.connectTo(bucket.endpoint)
    proxy.add(through)
    const { url } = await migratedDatabase()
    pool = quietPool({ connectionString: url })
    const { HARMONT_BLOB_URL, ...access } = bucket.environment
    s3 = HARMONT_BLOB_URL ?? ''
    env = {
      PATH: process.env.PATH ?? '',
      HARMONT_IMAGE_FALLBACK: 'host-any',
      ...(await machineExceptions()),
      ...compiledCode(),
      ...access,
      HARMONT_BLOB_ENDPOINT: through.origin,
      HARMONT_DATABASE_URL: url,
      HARMONT_DATA_DIR: join(folder, 'data'),
      HARMONT_BOOTSTRAP_TOKEN: token,
      HARMONT_RATE_LIMITS: 'off',
      HARMONT_DRAIN_SECONDS: '0',
      PORT: String(await reservePort()),
    }
    mkdirSync(join(folder, 'data'), { recursive: true })
    await start(`file:${join(folder, 'data', 'blobs')}`)
    await api.ensurePipeline({ name: 'ci', repository: 'local/ci', default_branch: 'main' })
  })
  afterAll(async () => {
    await server?.stop()
    await pool?.end()
    for (const each of proxy) await each.stop()
    removeTree(folder)
  })

  test('G85 blobs stay equal through a move to S3 while serving, a kill in an upload, an S3 outage and a move back', async () => {
    const [through] = proxy
    if (through === undefined) throw new Error('there is no proxy')
    const first = await submit()
    await check(first)
    const directory = place
    await server.stop()
    await start(s3)
    await until(() => readFileSync(join(folder, 'server.log'), 'utf8').includes('blobs are missing'))
    await server.stop()
    await start(directory)
    await copy(s3)
    const second = await submit()
    await check(second)
    await server.stop()
    expect(await copy(s3)).toMatch(/: [1-9]\d* blobs copied, .* [1-9]\d* already existed\./)
    await start(s3)
    for (const number of [first, second]) await check(number)

    // An upload of the artifact hangs, and the server is killed during it.
    const killed = await submit()
    const before = through.count(/^PUT /)
    const end = through.answer(/^PUT /, ({ pass }) => (through.count(/^PUT /) - before < 2 ? pass() : undefined))
    await until(() => through.count(/^PUT /) - before >= 2)
    server.kill('SIGKILL')
    await server.exited
    end()
    await start(s3)
    await check(killed)
    await expectNoOrphans()

    // S3 accepts the source, and then refuses reads for a while.
    const away = through.answer(/^GET .*\/blobs\//, refuses)
    const waiting = await submit()
    await until(() => readFileSync(join(folder, 'server.log'), 'utf8').includes('could not get its source yet'))
    away()
    await check(waiting)

    const back = `file:${join(folder, 'data', 'back')}`
    await copy(back)
    await server.stop()
    await copy(back)
    await start(back)
    for (const number of [first, second, killed, waiting]) await check(number)
    await expectNoOrphans()
  })
})
