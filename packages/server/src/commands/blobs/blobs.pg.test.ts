/** Moves the blobs of a running server to S3 and back, and kills the command meanwhile. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { refuses, StrangeProxy } from '@harmont/outside/proxy'
import { until } from '@harmont/test-kit/until'
import { afterAll, expect, test, vi } from 'vitest'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'
import { write } from '../../platform/blobs/blob-store-suite.ts'
import { openBlobs } from '../../platform/blobs/open-blobs.ts'
import { lookForBlobs } from '../../platform/blobs/references.ts'
import { blobPlace } from '../../platform/settings/blob-settings.ts'
import { readSettings } from '../../platform/settings/read-settings.ts'
import { freshBucket } from '../../testing/s3.ts'
import { testServer } from '../../testing/server.ts'
import { spawnMain } from '../../testing/server-process.ts'
import { fillServer } from '../backup/filled-server.test-support.ts'
import { blobs } from '../blobs.ts'

const it = testServer()
const bucket = await freshBucket()
const proxy = await StrangeProxy.start()
proxy.connectTo(bucket.endpoint)
afterAll(() => proxy.stop())
const { HARMONT_BLOB_URL: url = '', ...access } = bucket.environment

const env = () => ({ ...it.environment, ...access, HARMONT_BLOB_ENDPOINT: proxy.origin })
const storeAt = (place: string) =>
  openBlobs(
    { ...readSettings(env()), blobPlace: blobPlace(place) },
    { path: it.dataDirectory, blobs: it.blobDirectory },
  )

/** Returns the digests of all blobs by name. */
async function digestsOf(store: BlobStore): Promise<Record<string, string>> {
  const names = (await Array.fromAsync(store.list())).map(({ name }) => name).toSorted()
  const digest = async (name: string) => {
    const hash = createHash('sha256')
    for await (const bytes of store.open(name)) hash.update(bytes)
    return [name, hash.digest('hex')] as const
  }
  return Object.fromEntries(await Promise.all(names.map(digest)))
}

/** Returns what the command prints. */
async function copy(to: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const printed: string[] = []
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0)
  try {
    await blobs(['copy', to], { ...env(), ...more })
  } finally {
    write.mockRestore()
  }
  return printed.join('')
}

test('G85 blobs are copied to S3 and back unchanged while the server runs, even if the command is killed', async () => {
  const directory = await storeAt(`file:${it.blobDirectory}`)
  const [first = '', second = ''] = await fillServer(it.server.pool, directory, { blobs: 12, rows: 1 })
  const original = await digestsOf(directory)
  // No row refers to this blob, so it is not copied.
  await write(directory, Buffer.from('an orphan'))

  const end = proxy.answer(/^PUT .*\/blobs\//, async ({ pass }) => {
    if (proxy.count(/^PUT .*\/blobs\//) < 6) await pass()
  })
  const { child } = spawnMain(['blobs', 'copy', url], env())
  await until(() => proxy.count(/^PUT .*\/blobs\//) >= 7)
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
  end()
  const s3 = await storeAt(url)
  expect(Object.keys(await digestsOf(s3)).length).toBeLessThan(12)
  const { wanted, missing } = await lookForBlobs(it.server.pool, s3)
  expect([wanted, missing > 0]).toEqual([8, true])

  expect(await copy(url)).toMatch(/: \d+ blobs copied, [\d.]+ MiB; [1-9]\d* already existed\. Each was read again/)
  expect(await digestsOf(s3)).toEqual(original)
  expect(await lookForBlobs(it.server.pool, s3)).toEqual({ wanted: 8, missing: 0 })
  expect(await copy(url)).toMatch(/: 0 blobs copied, 0\.0 MiB; 12 already existed/)

  // Without the journal, lost and changed blobs are copied again.
  await s3.remove(first)
  await write(s3, Buffer.from('other bytes'), second)
  for (const name of await readdir(it.dataDirectory))
    if (name.startsWith('blobs-compared-')) await rm(join(it.dataDirectory, name))
  expect(await copy(url)).toMatch(/: 2 blobs copied, .* 10 already existed/)
  expect(await digestsOf(s3)).toEqual(original)

  const back = `file:${join(it.dataDirectory, 'back')}`
  expect(await copy(back, { HARMONT_BLOB_URL: url })).toMatch(/: 12 blobs copied/)
  expect(await digestsOf(await storeAt(back))).toEqual(original)
})

test('the command names a blob that the server has lost', async () => {
  const directory = await storeAt(`file:${it.blobDirectory}`)
  const { rows } = await it.server.pool.query<{ blob: string }>(
    'select blob from artifact_parts where blob is not null',
  )
  const [{ blob: lost } = { blob: '' }] = rows
  await directory.remove(lost)
  expect(await copy(`${url}/again`)).toContain(`The blob ${lost} is missing on this server, and therefore in the copy.`)
})

test('wrong arguments, the store in use, and an unreachable store are refused with advice', async () => {
  const refused = (...args: readonly string[]) => expect(blobs(args, env())).rejects
  const expected = 'blobs: expected `copy s3://BUCKET/PREFIX` or `copy file:/DIRECTORY`, got'
  await refused('copy').toThrow(`${expected} \`copy\`.`)
  await refused('move', url).toThrow(`${expected} \`move ${url}\`.`)
  await refused('copy', 'https://bucket').toThrow(expected)
  await refused('copy', `file:${it.blobDirectory}`).toThrow('blobs: expected another place')
  proxy.answer(/./, refuses)
  await refused('copy', url).toThrow(
    /^blobs: s3:\S+ PutObject failed: .*Run the command again; it goes on from here\.$/,
  )
})
