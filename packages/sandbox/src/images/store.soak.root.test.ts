import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { lstat, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sharedImages } from '@harmont/outside/shared-images'
import { chance, scaled } from '@harmont/test-kit/effort'
import { until } from '@harmont/test-kit/until'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ResolvedImage } from '../sandbox-driver.ts'
import { isAbsent } from '../system/files.ts'
import { makeLayout, resolveElsewhere, skopeoCopy, startRegistry } from './image.test-support.ts'
import { createImageStore, type ImageStoreOptions } from './index.ts'

let home: string
let directory: string
beforeEach(async () => {
  home = await mkdtemp('/var/tmp/harmont-images-')
  directory = path.join(home, 'store')
})
afterEach(() => rm(home, { recursive: true, force: true }))

const storeWith = (options: Partial<ImageStoreOptions> = {}) =>
  createImageStore({ directory, fallbackToHost: false, hostAllow: [], ...options })
const markerOf = (image: ResolvedImage) => readFile(path.join(image.rootfs, 'marker'), 'utf8')

async function expectWhole(image: ResolvedImage): Promise<void> {
  const at = (name: string) => path.join(image.rootfs, name)
  const marker = await lstat(at('marker'))
  expect([marker.uid, marker.gid, await markerOf(image)]).toEqual([1234, 2345, 'one'])
  expect((await lstat(at('bin/tool'))).mode & 0o7777).toBe(0o4755)
  expect((await lstat(at('bin/tool'))).ino).toBe((await lstat(at('bin/same-tool'))).ino)
  expect(execFileSync('getcap', [at('bin/able')]).toString()).toContain('cap_net_raw')
  expect(await readdir(at('data'))).toEqual(['new'])
  expect((await readdir(image.rootfs)).sort()).toEqual(['bin', 'data', 'marker'])
  expect(image.env).toEqual({ PATH: '/bin:/odd', EQUALS: 'a=b' })
}

describe('the local store', () => {
  it('imports an OCI layout, an OCI archive and a Docker archive, recognized by content, with owners, modes, links, capabilities and whiteouts', async () => {
    const layout = makeLayout(home, 'one')
    skopeoCopy(`oci:${layout}:t`, `docker-archive:${home}/docker.tar:team/tool:1`)
    skopeoCopy(`oci:${layout}:t`, `oci-archive:${home}/oci.tar`)
    const store = storeWith()
    await store.importImage('from-layout', `oci:${layout}:t`)
    await store.importImage('from-docker', path.join(home, 'docker.tar'))
    await store.importImage('from-oci', path.join(home, 'oci.tar'))
    expect((await store.list()).map((image) => [image.name, image.origin])).toEqual([
      ['from-docker', 'import'],
      ['from-layout', 'import'],
      ['from-oci', 'import'],
    ])
    for (const name of ['from-layout', 'from-docker', 'from-oci']) await expectWhole(await storeWith().resolve(name))
    expect(await store.resolve('from-oci')).toEqual({ ...(await store.resolve('from-layout')), name: 'from-oci' })
  })

  it('refuses a file that is not an image, and gives the reason', async () => {
    await writeFile(path.join(home, 'a.txt'), 'a')
    execFileSync('tar', ['-cf', path.join(home, 'a.tar'), '-C', home, 'a.txt'])
    await expect(storeWith().importImage('a', path.join(home, 'a.tar'))).rejects.toThrow(/holds no image/)
    expect(await storeWith().list()).toEqual([])
  })

  it.each(['host', '', '--x', 'a b'])(
    'imports no image under a name that could never be resolved: "%s"',
    async (name) => {
      await expect(storeWith().importImage(name, 'oci:/nowhere:t')).rejects.toThrow(/cannot be the name/)
    },
  )

  it('unpacks a damaged root again from its import', async () => {
    const store = storeWith()
    const layout = makeLayout(home, 'one')
    await store.importImage('tool', `oci:${layout}:t`)
    await rm(layout, { recursive: true })
    const { rootfs } = await store.resolve('tool')
    await rm(path.join(rootfs, 'bin'), { recursive: true })
    await expectWhole(await store.resolve('tool'))
    await writeFile(path.join(rootfs, '..', 'root.json'), '{"digest":')
    await expectWhole(await store.resolve('tool'))
  })

  it('keeps an import although another process collects meanwhile', async () => {
    const layout = makeLayout(home, 'one')
    let imported = false
    const importing = storeWith()
      .importImage('tool', `oci:${layout}:t`)
      .finally(() => {
        imported = true
      })
    const collecting = (async () => {
      const other = storeWith()
      while (!imported) await other.collect(new Set())
    })()
    await Promise.all([importing, collecting])
    const { rootfs } = await storeWith().resolve('tool')
    await rm(path.join(rootfs, 'bin'), { recursive: true })
    await expectWhole(await storeWith().resolve('tool'))
  })

  it('forgets a name, and removes its root only if nothing uses it', async () => {
    const store = storeWith()
    const { digest } = await store.importImage('tool', `oci:${makeLayout(home, 'one')}:t`)
    expect(await store.collect(new Set())).toEqual([])
    expect([await store.remove('tool'), await store.remove('tool')]).toEqual([true, false])
    expect(await store.collect(new Set([digest]))).toEqual([])
    expect((await store.byDigest(digest))?.digest).toBe(digest)
    expect(await store.collect(new Set())).toEqual([digest])
    expect(await store.byDigest(digest)).toBeUndefined()
    expect(await readdir(path.join(directory, 'layouts'))).toEqual([])
  })
})

describe('a registry', () => {
  it('provides an image by tag and by digest, once, and its last answer while it is unreachable', async () => {
    await using registry = await startRegistry(home)
    const layout = makeLayout(home, 'one')
    const name = `${registry.host}/team/tool:1`
    skopeoCopy(`oci:${layout}:t`, `docker://${name}`)
    const told: string[] = []
    const image = await storeWith().resolve(name, (sentence) => told.push(sentence))
    await expectWhole(image)
    expect(told.join()).toContain(`Pulling ${name} (sha256:`)
    const index = JSON.parse(await readFile(path.join(layout, 'index.json'), 'utf8')) as {
      readonly manifests: readonly { readonly digest: string }[]
    }
    const pinned = `${name.replace(':1', '')}@${index.manifests[0]?.digest}`
    expect((await storeWith().resolve(pinned)).digest).toBe(image.digest)
    registry.stop()
    // Within ten minutes of its last answer the registry is not queried, so there is no message
    // about it.
    const soon: string[] = []
    expect(await storeWith().resolve(name, (sentence) => soon.push(sentence))).toEqual(image)
    expect(soon).toEqual([])
    await makeOld(10)
    const later: string[] = []
    expect(await storeWith().resolve(name, (sentence) => later.push(sentence))).toEqual(image)
    expect(later.join()).toContain('Could not ask for a newer')
    expect((await storeWith().resolve(pinned)).digest).toBe(image.digest)
  })

  it('is queried again for a tag after ten minutes, and the image is pulled again only if the tag moved', async () => {
    await using registry = await startRegistry(home)
    const name = `${registry.host}/tool:latest`
    const image = async (marker: string) => {
      const folder = await mkdtemp(path.join(home, 'image-'))
      skopeoCopy(`oci:${makeLayout(folder, marker)}:t`, `docker://${name}`)
    }
    await image('one')
    await storeWith().resolve(name)
    await makeOld(10)
    const told: string[] = []
    expect(await markerOf(await storeWith().resolve(name, (sentence) => told.push(sentence)))).toBe('one')
    expect(told).toEqual([])
    await image('two')
    expect(await markerOf(await storeWith().resolve(name))).toBe('one')
    await makeOld(10)
    expect(await markerOf(await storeWith().resolve(name))).toBe('two')
  })

  it('is pulled from once by concurrent callers, two processes among them, and by the next caller after one was killed', async () => {
    await using registry = await startRegistry(home)
    const name = `${registry.host}/tool:1`
    skopeoCopy(`oci:${makeLayout(home, 'one')}:t`, `docker://${name}`)
    // The seed decides when a process is killed: at the start of its pull, or later.
    const { between } = chance()
    const seen = new Set<string>()
    for (let kills = scaled(3, 40); kills > 0; kills -= 1) {
      const { child } = resolveElsewhere(directory, name)
      const closed = once(child, 'close')
      // A killed process leaves its folder to the next one, which removes it.
      await until(async () => child.exitCode !== null || (await begun()).some((folder) => !seen.has(folder)))
      for (const folder of await begun()) seen.add(folder)
      await sleep(between(0, 200))
      child.kill('SIGKILL')
      await closed
      await rm(path.join(directory, 'roots'), { recursive: true, force: true })
    }
    const elsewhere = [resolveElsewhere(directory, name), resolveElsewhere(directory, name)]
    const store = storeWith()
    const images = await Promise.all([
      ...Array.from({ length: 5 }, () => store.resolve(name)),
      ...elsewhere.map((each) => each.image()),
    ])
    for (const image of images) await expectWhole(image)
    expect(await store.collect(new Set())).toEqual([])
    expect(await readdir(path.join(directory, 'roots'))).toHaveLength(1)
    expect(await readdir(path.join(directory, 'staging'))).toEqual([])
  })
})

describe('an unavailable image', () => {
  it.each(['registry.invalid/tool:1', '--help', 'a b', '../../etc', 'oci:/etc'])(
    'is reported with what was tried and what to do: %s',
    async (name) => {
      const error = await storeWith()
        .resolve(name)
        .catch((each: unknown) => each)
      expect(error).toMatchObject({ code: 'image_unavailable' })
      expect(String(error)).toMatch(/The server's log has|Correct the name\.|The server needs access to that registry/)
      expect(String(error)).toContain(name)
    },
  )

  it('is replaced only if the settings list it', async () => {
    const store = storeWith({ directory: sharedImages, fallbackToHost: ['registry.invalid/tool:1'] })
    await expect(store.resolve('registry.invalid/tool:2')).rejects.toMatchObject({ code: 'image_unavailable' })
    expect((await store.resolve('registry.invalid/tool:1')).fallbackFrom).toBe('registry.invalid/tool:1')
  })

  it('is replaced by the host only if the settings say so, with a message', async () => {
    const told: string[] = []
    // Reuses the base if it already exists.
    const store = storeWith({ directory: sharedImages, fallbackToHost: true })
    const image = await store.resolve('registry.invalid/tool:1', (sentence) => told.push(sentence))
    expect(image).toMatchObject({ name: 'registry.invalid/tool:1', fallbackFrom: 'registry.invalid/tool:1' })
    expect(told.join()).toMatch(/using this machine's tools instead/)
    expect((await stat(path.join(image.rootfs, 'usr/bin/env'))).isFile()).toBe(true)
  })
})

/** Returns the folders of started pulls. */
async function begun(): Promise<readonly string[]> {
  const staging = path.join(directory, 'staging')
  const found = await Promise.all((await namesIn(staging)).map((name) => namesIn(path.join(staging, name))))
  return found.flat()
}

function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (isAbsent(error)) return []
    throw error
  })
}

/** Makes the records older by `minutes`. */
async function makeOld(minutes: number): Promise<void> {
  const names = path.join(directory, 'names')
  for (const file of await readdir(names)) {
    const record = JSON.parse(await readFile(path.join(names, file), 'utf8'))
    await writeFile(path.join(names, file), JSON.stringify({ ...record, at: record.at - minutes * 60_000 }))
  }
}
