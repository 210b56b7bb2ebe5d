import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Shares } from './shares.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'harmont-shares-'))
})
afterEach(() => rm(directory, { recursive: true }))

const open = () => new Shares(directory, 100)

/** Records an owner's uses of images in this order, a day apart; the last use was a day ago. */
async function used(owner: string, images: Readonly<Record<string, number>>): Promise<Shares> {
  const before = await readdir(directory)
  for (const [digest, bytes] of Object.entries(images)) await open().use(owner, digest, bytes)
  const [file = ''] = (await readdir(directory)).filter((name) => !before.includes(name))
  const claims = JSON.parse(await readFile(join(directory, file), 'utf8')) as { usedAt: number }[]
  const days = claims.map((claim, index) => ({ ...claim, usedAt: Date.now() - (claims.length - index) * 86_400_000 }))
  await writeFile(join(directory, file), JSON.stringify(days))
  return open()
}

async function usedNow(shares: Shares, digests: readonly string[]): Promise<boolean[]> {
  const isUsed = await shares.users()
  return digests.map(isUsed)
}

test('the least recently used images of an owner are dropped, those of other owners stay', async () => {
  await used('b', { z: 100 })
  const shares = await used('a', { x: 40, y: 40 })
  using part = await shares.admit('a', 'new', 50)
  await part.settle()
  expect(await usedNow(shares, ['x', 'y', 'z', 'new'])).toEqual([false, true, true, true])
  expect(await usedNow(open(), ['x', 'y', 'z', 'new'])).toEqual([false, true, true, true])
})

test('images in use, just used or being unpacked are not dropped', async () => {
  const shares = await used('a', { x: 40, y: 40 })
  shares.keep(new Set(['x', 'y']))
  await expect(shares.admit('a', 'new', 50)).rejects.toThrow(/of the 1 MiB that its images may take/)
  expect(await usedNow(shares, ['x', 'y'])).toEqual([true, true])
  await shares.use('a', 'x', 40)
  shares.keep(new Set())
  await expect(shares.admit('a', 'new', 70)).rejects.toThrow(/already uses/)
  using _part = await shares.admit('a', 'new', 50)
  await expect(shares.admit('a', 'second', 20)).rejects.toThrow(/already uses/)
})

test('an evicted image counts again once it is used again', async () => {
  const shares = await used('a', { x: 60, y: 40 })
  {
    using part = await shares.admit('a', 'new', 60)
    await part.settle()
  }
  expect(await usedNow(shares, ['x', 'y'])).toEqual([false, true])
  await expect(shares.use('a', 'x', 60)).rejects.toThrow(/already uses/)
})

test('a damaged record counts as an empty share', async () => {
  await used('a', { x: 100 })
  const [file = ''] = await readdir(directory)
  await writeFile(join(directory, file), '[{')
  using _part = await open().admit('a', 'new', 100)
})
