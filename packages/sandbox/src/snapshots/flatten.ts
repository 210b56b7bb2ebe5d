import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Layout } from '../layout/layout.ts'
import type { SnapshotId } from '../sandbox-driver.ts'
import { bootId, now } from '../system/clock.ts'
import { readIfPresent, writeAtomically } from '../system/files.ts'
import { waitForSuccess } from '../system/processes.ts'
import { compareViews, inView } from './compare-views.ts'
import { copyPaths } from './copy-paths.ts'
import { differingLayers } from './differing-layers.ts'
import type { Durability } from './durability.ts'
import { makeLayer } from './new-layer.ts'
import { isSnapshotId, type SnapshotRecord, type SnapshotRecords, snapshotFiles } from './snapshot-record.ts'
import { survey } from './survey.ts'
import type { Viewer } from './view.ts'

/**
 * Snapshots with this many layers are flattened: the kernel mounts up to 500, but each one slows
 * every lookup.
 */
const longestChain = 100

interface Flattening {
  readonly layout: Layout
  readonly viewer: Viewer
  readonly snapshots: SnapshotRecords
  readonly durability: Pick<Durability, 'request'>
}

/**
 * Returns the layers for a sandbox that starts from this snapshot. Replaces too many layers by a
 * single one with the same content.
 */
export async function layersFor(
  record: SnapshotRecord,
  image: string,
  flattening: Flattening,
): Promise<readonly SnapshotId[]> {
  if (record.layers.length < longestChain) return record.layers
  const { layout, snapshots, durability } = flattening
  const known = flattenedAs(record.id, layout)
  if (known !== undefined && (await snapshots.record(known)) !== undefined) return [known]
  const flat = await flatten(record, image, flattening)
  durability.request(flat)
  writeAtomically(noteOf(record.id, layout), flat)
  return [flat]
}

/**
 * Returns the single-layer snapshot with the same content, if one was made. That snapshot may have
 * been removed since.
 */
export function flattenedAs(id: SnapshotId, layout: Pick<Layout, 'snapshots'>): SnapshotId | undefined {
  const note = readIfPresent(noteOf(id, layout))
  return note !== undefined && isSnapshotId(note) ? note : undefined
}

function noteOf(id: SnapshotId, layout: Pick<Layout, 'snapshots'>): string {
  return join(snapshotFiles(layout, id).directory, 'flattened')
}

/**
 * Merges the layers of a snapshot into one: writes everything that was touched since the image onto
 * the image. Returns the id of a snapshot with that layer.
 */
export async function flatten(
  record: SnapshotRecord,
  image: string,
  { layout, viewer }: Pick<Flattening, 'layout' | 'viewer'>,
): Promise<SnapshotId> {
  const id = randomUUID()
  const flat: SnapshotRecord = {
    ...record,
    id,
    parent: record.id,
    layers: [id],
    createdAt: new Date(now()).toISOString(),
    bootId,
    meta: { ...record.meta, cache: null },
  }
  const below = viewer.stack(image, [])
  const merged = viewer.stack(image, record.layers)
  await makeLayer({
    layout,
    viewer,
    record: flat,
    below,
    others: [below, merged],
    async write(target, [before = '', after = '']) {
      const paths: Buffer[] = []
      const sockets: Buffer[] = []
      const views = { before, after, differing: await differingLayers(layout, below, merged) }
      for await (const change of compareViews(views, await survey(views))) {
        if (change.now === undefined || change.replaced)
          await rm(inView(target, change.path), { recursive: true, force: true })
        if (change.now !== undefined) (change.now.isSocket() ? sockets : paths).push(change.path, Buffer.from([0]))
      }
      await copySockets(after, target, Buffer.concat(sockets))
      await copyPaths(after, target, Buffer.concat(paths))
    },
  })
  return id
}

/**
 * Copies sockets, which archives cannot contain. Creates missing parent directories; their
 * attributes are set later.
 */
async function copySockets(from: string, to: string, paths: Buffer): Promise<void> {
  if (paths.length === 0) return
  const copy = spawn('xargs', ['--null', 'cp', '--archive', '--parents', '--target-directory', to, '--'], {
    cwd: from,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  copy.stdin.end(paths)
  await waitForSuccess(copy)
}
