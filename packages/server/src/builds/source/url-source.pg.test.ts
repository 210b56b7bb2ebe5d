import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SourceUnavailable } from '@harmont/engine'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDirectoryStore } from '../../platform/blobs/blob-store.ts'
import { ir } from '../../testing/runner.ts'
import { ownerToken, testServer } from '../../testing/server.ts'
import { sourceOffers } from './offer-source.ts'

const it = testServer({ HARMONT_SOURCE_URL_ALLOW: '127.0.0.1' })
const archive = 'the bytes of an archive'
const sha256 = createHash('sha256').update(archive).digest('hex')
let host: Server
let asked = 0
let answer = (): { readonly status: number; readonly location?: string } => ({ status: 200 })

beforeAll(async () => {
  host = createServer((_, response) => {
    asked += 1
    const { status, location } = answer()
    response.writeHead(status, location === undefined ? {} : { location }).end(status === 200 ? archive : '')
  })
  await new Promise<void>((done) => host.listen(0, '127.0.0.1', done))
})
afterAll(() => {
  host.closeAllConnections()
  host.close()
})

interface Made {
  readonly id: string
  readonly path: string
}

async function newBuild(more: Readonly<Record<string, unknown>> = {}): Promise<Made> {
  const path = `/api/v0/organizations/default/pipelines/${await it.newPipeline()}/builds`
  const source_url = `http://127.0.0.1:${(host.address() as AddressInfo).port}/a.tar.gz`
  const pipeline_ir = ir({ key: 'a', cmd: 'true' })
  const made = await it.request<Made>(ownerToken, 'POST', path, {
    branch: 'main',
    commit: 'c',
    pipeline_ir,
    source_url,
    ...more,
  })
  expect(made.status).toBe(201)
  asked = 0
  answer = () => ({ status: 200 })
  return { id: made.body.id, path: `${path}/1` }
}

const noGit = () => Promise.reject(new Error('expected no git source'))

/** Returns the offer that a newly started server makes to a runner. */
async function offer({ id }: Made) {
  const blobs = await openDirectoryStore(it.blobDirectory)
  const offers = sourceOffers({ pool: it.server.pool, blobs, offerGitSource: noGit, sourceUrlAllow: ['127.0.0.1'] })
  const source = (await it.server.engine.store.builds.load(id))?.context.source
  if (source?.kind !== 'url') throw new Error('expected an address as source')
  const offered = async () => {
    const given = await offers.offer(id, source)
    if (given?.kind !== 'archive') throw new Error('expected an archive')
    return { sha256: given.sha256, text: await text(await given.open()) }
  }
  return { offered, blobs }
}

test('an archive is fetched once, on first use, and is the same for every step', async () => {
  const build = await newBuild({ source_sha256: sha256.toUpperCase() })
  expect(asked).toBe(0)
  const { offered } = await offer(build)
  expect(await Promise.all([offered(), offered(), offered()])).toEqual(Array(3).fill({ sha256, text: archive }))
  answer = () => ({ status: 404 })
  expect(await (await offer(build)).offered()).toEqual({ sha256, text: archive })
  expect(asked).toBe(1)
})

test('two servers that fetch at the same time store one archive', async () => {
  const build = await newBuild()
  const [first, second] = [await offer(build), await offer(build)]
  await Promise.all([first.offered(), second.offered()])
  const { rows } = await it.server.pool.query('select source_blob from build_records where id = $1', [build.id])
  const names: string[] = []
  for await (const { name } of first.blobs.list()) names.push(name)
  expect(names).toContain(rows[0].source_blob)
  const { rows: kept } = await it.server.pool.query(
    'select source_blob from build_records where source_blob is not null',
  )
  expect(names.sort()).toEqual(kept.map((row) => row.source_blob).sort())
})

test('an archive with a wrong checksum is refused permanently, and not stored', async () => {
  const { offered } = await offer(await newBuild({ source_sha256: '0'.repeat(64) }))
  await expect(offered()).rejects.toMatchObject({ code: 'source_checksum_mismatch' })
})

test.for([
  ['an answer 404', { status: 404 }],
  ['a redirect to this machine', { status: 302, location: 'https://localhost/' }],
  ['a redirect into a private network', { status: 302, location: 'https://10.0.0.1/' }],
] as const)('G37 %s is final', async ([, wrong]) => {
  const { offered } = await offer(await newBuild())
  answer = () => wrong
  await expect(offered()).rejects.toMatchObject({ code: 'source_fetch_failed' })
})

test('after a 503 the archive is fetched again', async () => {
  const { offered } = await offer(await newBuild())
  answer = () => ({ status: 503 })
  await expect(offered()).rejects.not.toBeInstanceOf(SourceUnavailable)
  answer = () => ({ status: 200 })
  expect((await offered()).text).toBe(archive)
})

test('an uploaded archive takes precedence over an address', async () => {
  const { id } = await newBuild({ source_b64: Buffer.from('sent').toString('base64'), source_url: 'nonsense' })
  expect((await it.server.engine.store.builds.load(id))?.context.source?.kind).toBe('archive')
})
