import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmod, chown, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { SnapshotId } from '../driver.ts'
import { compareViews } from './compare-views.ts'
import { readIfPresent, writeAtomically } from './files.ts'
import { firstId, type Layout } from './layout.ts'
import { bootId } from './record.ts'
import { filesIn, type SnapshotRecord, snapshotFiles } from './snapshots.ts'
import { layerStack } from './stack.ts'
import type { Viewer } from './view.ts'

/** The kernel mounts 500 layers; each costs a little at every look-up. */
const longestChain = 100

/** The layers that a sandbox on this snapshot gets: its own, or one that holds the same when they have become too many. */
export async function chainFor(
  record: SnapshotRecord,
  image: string,
  layout: Layout,
  viewer: Viewer,
): Promise<readonly SnapshotId[]> {
  if (record.layers.length < longestChain) return record.layers
  const note = join(snapshotFiles(layout, record.id).directory, 'flattened')
  const known = readIfPresent(note)?.trim()
  if (known !== undefined && readIfPresent(snapshotFiles(layout, known).record) !== undefined) return [known]
  const flat = await flatten(record, image, layout, viewer)
  writeAtomically(note, flat)
  return [flat]
}

/** Makes one layer of a snapshot's many: what differs from the image, written onto the image through an overlay, which sees to what is deleted. */
async function flatten(record: SnapshotRecord, image: string, layout: Layout, viewer: Viewer): Promise<SnapshotId> {
  const id = randomUUID()
  // In this driver's own trash: the snapshots may be other drivers' too.
  const staging = filesIn(join(layout.trash, id))
  const work = join(staging.directory, 'work')
  await mkdir(staging.directory, { mode: 0o700 })
  for (const path of [staging.layer, work]) {
    await mkdir(path)
    await chmod(path, 0o755)
    await chown(path, firstId, firstId)
  }
  const bare = layerStack(image, [])
  const writable = { ...bare, upper: `trash/${id}/layer`, work: `trash/${id}/work` }
  await viewer.withViews(
    [bare, layerStack(image, record.layers), writable],
    async ([before = '', after = '', target = '']) => {
      const paths: Buffer[] = []
      for await (const change of compareViews(before, after)) {
        if (change.now === undefined || change.replaced)
          await rm(Buffer.concat([Buffer.from(`${target}/`), change.path]), { recursive: true, force: true })
        if (change.now !== undefined) paths.push(change.path, Buffer.from([0]))
      }
      const list = join(staging.directory, 'paths')
      await writeFile(list, Buffer.concat(paths))
      await copyPaths(after, target, list)
      await rm(list)
    },
  )
  await rm(work, { recursive: true, force: true })
  const flat: SnapshotRecord = {
    ...record,
    id,
    parent: record.id,
    layers: [id],
    createdAt: new Date().toISOString(),
    bootId,
    meta: { ...record.meta, cache: null },
  }
  writeAtomically(staging.record, JSON.stringify(flat))
  await rename(staging.directory, snapshotFiles(layout, id).directory)
  return id
}

/** Copies the listed paths (each ended by NUL) with owners, modes, hard links among them, times and extended attributes. */
async function copyPaths(from: string, to: string, list: string): Promise<void> {
  const common = ['--numeric-owner', '--xattrs', '--xattrs-include=*', '--file=-']
  const pack = spawn(
    'tar',
    [
      '--create',
      ...common,
      '--directory',
      from,
      '--no-recursion',
      '--null',
      '--verbatim-files-from',
      '--files-from',
      list,
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const unpack = spawn('tar', ['--extract', ...common, '--directory', to, '--same-owner', '--preserve-permissions'], {
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  await Promise.all([pipeline(pack.stdout, unpack.stdin), succeeded(pack), succeeded(unpack)])
}

function succeeded(child: ReturnType<typeof spawn>): Promise<void> {
  let complaint = ''
  child.stderr?.on('data', (data: Buffer) => {
    complaint = (complaint + data.toString()).slice(-4_000)
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`tar ended with ${code}: ${complaint.trim()}`)),
    )
  })
}
