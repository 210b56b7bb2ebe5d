import { execFile } from 'node:child_process'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestLayout } from '../layout/layout.test-support.ts'
import { type Layout, sandboxFiles } from '../layout/layout.ts'
import { bootId } from '../system/clock.ts'
import { Trash } from '../system/trash.ts'
import { CacheIndex } from './cache-index.ts'
import { Durability } from './durability.ts'
import { snapshotFiles } from './snapshot-record.ts'
import { collectorOver } from './snapshots.test-support.ts'

const run = promisify(execFile)
const canLoop = await run('losetup', ['--find']).then(
  () => process.getuid?.() === 0,
  () => false,
)

let root: string
const mounted: string[] = []
let trash: Trash | undefined
beforeEach(async () => {
  root = await mkdtemp('/var/tmp/harmont-durability-')
})
afterEach(async () => {
  await trash?.close()
  for (const place of mounted.splice(0)) await run('umount', [place])
  await rm(root, { recursive: true, force: true })
})

async function mount(image: string, name: string): Promise<string> {
  const place = join(root, name)
  await mkdir(place)
  // Prevents commits by the file system itself during the test.
  await run('mount', ['-o', 'loop,commit=900', image, place])
  mounted.push(place)
  return place
}

/**
 * Copies the device's current content, as after a power failure: data that the file system has not
 * written is lost.
 */
async function crashed(image: string, name: string): Promise<Layout> {
  await copyFile(image, `${image}-${name}`)
  return openTestLayout(join(await mount(`${image}-${name}`, name), 'driver'))
}

async function digestBelow(directory: string): Promise<string> {
  const hash = createHash('sha256')
  for (const name of (await readdir(directory)).sort()) hash.update(name).update(await readFile(join(directory, name)))
  return hash.digest('hex')
}

it.runIf(canLoop)(
  'G09 after a power failure durable snapshots are complete, and others are a miss',
  async () => {
    const image = join(root, 'disk')
    await run('truncate', ['--size=64M', image])
    await run('mkfs.ext4', ['-q', image])
    const layout = openTestLayout(join(await mount(image, 'disk-mounted'), 'driver'))
    const durability = new Durability(layout)
    const snapshots = collectorOver(layout, { durability })

    async function freeze(key: string): Promise<{ id: string; digest: string }> {
      const files = sandboxFiles(layout.sandboxes, randomUUID())
      await mkdir(files.upper, { recursive: true })
      for (let n = 0; n < 100; n++) await writeFile(join(files.upper, `f${n}`), randomBytes(5_000))
      const digest = await digestBelow(files.upper)
      const meta = { cache: { namespace: 'n', key }, origin: {} }
      const rest = { parent: null, imageDigest: 'sha256:0', source: null, below: [], meta }
      return { id: (await snapshots.freeze(files, rest)).id, digest }
    }
    /**
     * Writes the journal to the device, and with it all names, but the content of this file only.
     */
    async function commit(file: string): Promise<void> {
      await using handle = await open(file)
      await handle.sync()
    }

    const safe = await freeze('safe')
    await durability.flush()
    await commit(snapshotFiles(layout, safe.id).durable)
    const late = await freeze('late')
    await commit(snapshotFiles(layout, late.id).record)
    const after = await crashed(image, 'after')

    // Simulates a reboot.
    for (const id of await readdir(after.snapshots)) {
      const { record } = snapshotFiles(after, id)
      await writeFile(record, (await readFile(record, 'utf8')).replace(bootId, 'an earlier boot'))
    }
    trash = new Trash(after.trash)
    const again = collectorOver(after, { trash })
    expect((await again.find('n', 'safe'))?.id).toBe(safe.id)
    expect(await digestBelow(snapshotFiles(after, safe.id).layer)).toBe(safe.digest)
    // Its name was kept, and its files were not. Simulates that the index contains it nevertheless.
    expect(await readdir(after.snapshots)).toContain(late.id)
    expect(await digestBelow(snapshotFiles(after, late.id).layer)).not.toBe(late.digest)
    new CacheIndex(after.cacheIndex).put({ namespace: 'n', key: 'late' }, late.id)
    expect(await again.find('n', 'late')).toBeUndefined()
    expect(await readdir(after.snapshots)).toEqual([safe.id])
  },
  60_000,
)
