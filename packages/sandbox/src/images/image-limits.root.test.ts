import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { makeSmallDisk } from '@harmont/outside/small-disk'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { makeLayout, skopeoCopy, startRegistry } from './image.test-support.ts'
import { createImageStore, type ImageStoreOptions } from './index.ts'

const mib = 1024 ** 2
let home: string
beforeEach(async () => {
  home = await mkdtemp('/var/tmp/harmont-limits-')
})
afterEach(() => rm(home, { recursive: true, force: true }))

const storeWith = (options: Partial<ImageStoreOptions>) =>
  createImageStore({ directory: path.join(home, 'store'), fallbackToHost: true, hostAllow: [], ...options })

it('explains a missing or unreadable import without output of tar or skopeo', async () => {
  const file = path.join(home, 'image.tar')
  const imported = (source: string) => storeWith({}).importImage('a', source)
  await expect(imported(file)).rejects.toThrow(new Error(`${file} does not exist`))
  await writeFile(file, 'junk')
  await expect(imported(file)).rejects.toThrow(new Error(`${file} is not a readable tar archive`))
  await expect(imported(`oci:${home}`)).rejects.toThrow(new Error(`oci:${home} contains no readable image`))
})

it('accepts a tar of a file system as an image, compressed or not, and no tar of other files', async () => {
  const root = path.join(home, 'root')
  await mkdir(path.join(root, 'usr/bin'), { recursive: true })
  await writeFile(path.join(root, 'usr/bin/tool'), 'tool', { mode: 0o755 })
  const store = storeWith({})
  for (const [name, packed] of [
    ['plain', ''],
    ['gzip', '--gzip'],
  ] as const) {
    const file = path.join(home, `${name}.tar`)
    execFileSync('sh', ['-c', `tar -C '${root}' ${packed} -cf '${file}' .`])
    await store.importImage(name, file)
    const { rootfs, env } = await store.resolve(name)
    expect([await readFile(path.join(rootfs, 'usr/bin/tool'), 'utf8'), env.PATH]).toEqual([
      'tool',
      expect.stringContaining('/usr/bin'),
    ])
  }
  const other = path.join(home, 'other.tar')
  execFileSync('tar', ['-C', path.join(root, 'usr/bin'), '-cf', other, '.'])
  await expect(store.importImage('other', other)).rejects.toThrow(/other\.tar holds no image \(.*\) and no file system/)
})

/** An image with one file of zeros, which compresses to a thousandth. */
async function bomb(bytes: number): Promise<string> {
  const files = path.join(home, `files-${bytes}`)
  await mkdir(files)
  await writeFile(path.join(files, 'zeros'), '')
  await truncate(path.join(files, 'zeros'), bytes)
  return layoutOf(files)
}

function layoutOf(files: string): string {
  const layout = `${files}-layout`
  const umoci = (...args: readonly string[]) => execFileSync('umoci', args, { stdio: 'ignore' })
  umoci('init', '--layout', layout)
  umoci('new', '--image', `${layout}:t`)
  umoci('insert', '--image', `${layout}:t`, files, '/')
  return `oci:${layout}:t`
}

it('refuses an image that is small in its registry and large on disk before unpacking it, and uses no replacement', async () => {
  await using registry = await startRegistry(home)
  const name = `${registry.host}/bomb:1`
  skopeoCopy(await bomb(64 * mib), `docker://${name}`)
  const store = storeWith({ limits: { bytes: 16 * mib, entries: 1000 } })
  await expect(store.resolve(name)).rejects.toThrow(/not used here: it exceeds the limit of 16 MiB unpacked/)
  await expectNothingLeft()
  expect((await storeWith({ limits: { bytes: 80 * mib, entries: 1000 } }).resolve(name)).fallbackFrom).toBeUndefined()
})

it('refuses an image with too many files', async () => {
  const files = path.join(home, 'files')
  await mkdir(path.join(files, 'a/b/c/d'), { recursive: true })
  for (let each = 0; each < 20; each += 1) await writeFile(path.join(files, 'a/b/c/d', `${each}`), '')
  const store = storeWith({ limits: { bytes: mib, entries: 20 } })
  await expect(store.importImage('many', layoutOf(files))).rejects.toThrow(/exceeds the limit of 20 files and folders/)
})

it('abandons a layer whose compressed size exceeds the limit', async () => {
  await using registry = await startRegistry(home)
  const files = path.join(home, 'files')
  await mkdir(files)
  execFileSync('sh', ['-c', `head -c ${3 * mib} /dev/urandom > ${files}/random`])
  const name = `${registry.host}/large:1`
  skopeoCopy(layoutOf(files), `docker://${name}`)
  const store = storeWith({ limits: { bytes: 2 * mib, entries: 1000 } })
  await expect(store.resolve(name)).rejects.toThrow(/it exceeds the limit of 2 MiB packed/)
  await expectNothingLeft()
})

it('an image that does not fit leaves the disk’s space to others, whose pulls succeed', async () => {
  const disk = makeSmallDisk(96 * mib)
  try {
    await using registry = await startRegistry(disk.beside)
    const name = `${registry.host}/bomb:1`
    skopeoCopy(await bomb(200 * mib), `docker://${name}`)
    const other = `${registry.host}/tool:1`
    await mkdir(path.join(home, 'other'))
    skopeoCopy(`oci:${makeLayout(path.join(home, 'other'), 'one')}:t`, `docker://${other}`)
    const store = storeWith({ directory: path.join(disk.path, 'store'), leastFreeBytes: 32 * mib })
    const large = expect(store.resolve(name)).rejects.toThrow(
      /not used here: unpacked it needs up to \d+ MiB, but the disk of this machine has only \d+ MiB for it/,
    )
    expect((await store.resolve(other)).fallbackFrom).toBeUndefined()
    await large
    expect(disk.freeBytes()).toBeGreaterThan(48 * mib)
  } finally {
    disk.remove()
  }
})

it('frees space for an image that fits the disk, and not for one that cannot fit', async () => {
  const disk = makeSmallDisk(96 * mib)
  try {
    await using registry = await startRegistry(disk.beside)
    const names = [`${registry.host}/never:1`, `${registry.host}/tight:1`] as const
    skopeoCopy(await bomb(200 * mib), `docker://${names[0]}`)
    skopeoCopy(await bomb(60 * mib), `docker://${names[1]}`)
    const filler = path.join(disk.path, 'filler')
    execFileSync('fallocate', ['--length', String(disk.freeBytes() - 40 * mib), filler])
    let made = 0
    const makeRoom = async (hasRoom: () => boolean) => {
      made += 1
      expect(hasRoom()).toBe(false)
      rmSync(filler)
      expect(hasRoom()).toBe(true)
    }
    const store = storeWith({ directory: path.join(disk.path, 'store'), makeRoom })
    await expect(store.resolve(names[0])).rejects.toThrow(/not used here: unpacked it needs/)
    expect(made).toBe(0)
    expect((await store.resolve(names[1])).fallbackFrom).toBeUndefined()
    expect(made).toBe(1)
  } finally {
    disk.remove()
  }
})

it('an organization has a limit of image bytes: its unused images are removed for new ones, and those of other organizations remain', async () => {
  await using registry = await startRegistry(home)
  const names = [10, 11, 12].map((size) => `${registry.host}/size:${size}`)
  for (const [index, name] of names.entries()) skopeoCopy(await bomb((10 + index) * mib), `docker://${name}`)
  const [first = '', second = '', third = ''] = names
  const store = () => storeWith({ ownerBytes: 25 * mib })
  const used = [await store().resolve(first, undefined, 'a'), await store().resolve(second, undefined, 'a')]
  const digests = used.map(({ digest }) => digest)
  await expect(store().resolve(third, undefined, 'a')).rejects.toThrow(/of the 25 MiB that its images may take/)
  const other = await store().resolve(third, undefined, 'b')
  await makeOld('shares')
  await makeOld('names')
  const busy = store()
  expect(await busy.collect(new Set(digests))).toEqual([])
  await expect(busy.resolve(third, undefined, 'a')).rejects.toThrow(/already uses/)
  expect(await busy.collect(new Set())).toEqual([])
  expect((await busy.resolve(third, undefined, 'a')).digest).toBe(other.digest)
  expect(await busy.collect(new Set())).toEqual([digests[0]])
  expect((await busy.list()).map(({ name }) => name)).toEqual([second, third])
})

/** Sets the times of all records back by an hour. */
async function makeOld(folder: string): Promise<void> {
  const place = path.join(home, 'store', folder)
  for (const name of await readdir(place)) {
    const text = await readFile(path.join(place, name), 'utf8')
    const old = text.replace(/"(at|usedAt)":(\d+)/g, (_, key, at) => `"${key}":${Number(at) - 3_600_000}`)
    await writeFile(path.join(place, name), old)
  }
}

async function expectNothingLeft(): Promise<void> {
  expect(await readdir(path.join(home, 'store', 'staging'))).toEqual([])
  expect(await readdir(path.join(home, 'store'))).not.toContain('roots')
}
