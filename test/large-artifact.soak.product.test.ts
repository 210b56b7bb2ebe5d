/** The memory and time that a server needs for a download of many gigabytes. */
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { scaled } from '@harmont/test-kit/effort'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { putPart } from '../packages/server/src/builds/artifacts/part-store.ts'
import { openDirectoryStore } from '../packages/server/src/platform/blobs/blob-store.ts'
import { buildEnd, flatIr, type Product, startProduct } from './product.ts'

let product: Product
beforeAll(async () => {
  product = await startProduct()
})
afterAll(() => product?.remove())

const megabyte = 1024 ** 2
/** Together 10 GB at full effort. */
const parts = scaled(8, 640)

function residentMegabytes(): number {
  const status = readFileSync(`/proc/${product.server().pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
}

test('G69 a download of gigabytes, alone and as a zip, is whole and needs no more memory than a small one', async () => {
  await product.api.ensurePipeline({ name: 'large', repository: 'local/large', default_branch: 'main' })
  const build = { branch: 'main', commit: 'c', pipeline_ir: flatIr([{ key: 'a', cmd: 'true' }]) }
  const { number } = await product.api.createBuild('large', build)
  const jobId = (await buildEnd(product.api, 'large', number)).jobs.get('a')?.id
  const part = randomBytes(16 * megabyte)
  const digest = createHash('sha256').update(part).digest('hex')
  await putPart(product.pool, await openDirectoryStore(join(product.dataDirectory, 'blobs')), digest, part)
  const whole = createHash('sha256')
  for (let turn = 0; turn < parts; turn += 1) {
    whole.update(part)
    // A client that stands still for ten seconds loses its connection.
    await nextTurn()
  }
  const sha256 = whole.digest('hex')
  // The same part again and again: the test is not about reading from the disk.
  await product.pool.query(
    `insert into engine.artifacts (build_id, job_id, position, path, kind, bytes, sha256, parts, part_offset)
     select build_id, id, 0, 'large', 'file', $2, $3, $4, 0 from engine.jobs where id = $1`,
    [jobId, parts * part.length, sha256, Array.from({ length: parts }, () => digest)],
  )
  const headers = { authorization: `Bearer ${product.token}` }
  const place = `${product.server().url}/api/v0/organizations/default/pipelines/large/builds/${number}`
  const before = residentMegabytes()
  const read = async (path: string) => {
    const { body } = await fetch(place + path, { headers })
    const hash = createHash('sha256')
    let [bytes, most] = [0, 0]
    for await (const chunk of body ?? []) {
      hash.update(chunk)
      if (Math.floor((bytes + chunk.length) / part.length) > Math.floor(bytes / part.length))
        most = Math.max(most, residentMegabytes())
      bytes += chunk.length
    }
    return { bytes, sha256: hash.digest('hex'), grewBy: most - before }
  }
  const alone = await read(`/artifacts/${jobId}-0`)
  expect(alone).toMatchObject({ bytes: parts * part.length, sha256 })
  const zipped = await read('/artifacts.zip')
  expect(zipped.bytes).toBeGreaterThan(parts * part.length)
  console.log(
    `${parts * 16} MiB; the server, at ${Math.round(before)} MiB, grew by ${Math.round(alone.grewBy)} and ${Math.round(zipped.grewBy)} MiB`,
  )
  const grewBy = Math.max(alone.grewBy, zipped.grewBy)
  expect(grewBy).toBeLessThan(48)
  expect(before + grewBy).toBeLessThan(200)
})
