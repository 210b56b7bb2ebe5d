import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { manifestPath, treePath } from '../source/manifest.ts'
import { takeManifest } from './take-manifest.ts'

test('G25 the manifest of a source tree from another machine is stored once, completely, and checked by its digest', async () => {
  const root = await mkdtemp(join(tmpdir(), 'harmont-manifest-'))
  onTestFinished(() => rm(root, { recursive: true }))
  const bytes = Buffer.from('["a","file",1,"x"]\n')
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  const tree = { digest, path: treePath(join(root, 'sources'), digest) }
  const take = async (sent: Buffer, declared = bytes.length) => {
    const scratch = await mkdtemp(join(root, 'scratch-'))
    await takeManifest(tree, scratch, declared, async () => Readable.from([sent]))
  }
  await mkdir(join(root, 'sources'))
  await expect(take(Buffer.from('["b","file",1,"x"]\n'))).rejects.toThrow('its digest is')
  await expect(take(bytes.subarray(1))).rejects.toThrow('its digest is')
  await expect(take(bytes, 5)).rejects.toThrow('larger than declared')
  expect(await readdir(join(root, 'sources'))).toEqual([])
  await take(bytes)
  expect(await readFile(manifestPath(tree))).toEqual(bytes)
  // The manifest exists already, so it is not fetched again.
  await take(Buffer.from('other'))
  expect(await readFile(manifestPath(tree))).toEqual(bytes)
})
