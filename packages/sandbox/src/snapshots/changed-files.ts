import { createHash } from 'node:crypto'
import { Holes } from '../files/holes.ts'
import type { ImageStore } from '../images/index.ts'
import type { Layout } from '../layout/layout.ts'
import { firstId } from '../privilege/id-ranges.ts'
import { type Change, compareViews, contentOf, inView, kindOf } from './compare-views.ts'
import { withComparison } from './differing-layers.ts'
import { type Attributes, attributesOf } from './packed/attributes.ts'
import type { SnapshotRecord, SnapshotRecords } from './snapshot-record.ts'
import { imageBelow, wholeRecord } from './transfer.ts'
import type { Viewer } from './view.ts'

const root = Buffer.from('.')

/**
 * Returns a digest of the changes of a snapshot against its parent, or against its image if it has
 * no parent. It covers each path's kind, mode, owner, content and extended attributes. Ignores
 * times, and rewrites with the same content.
 */
export async function changedFilesDigest(
  record: SnapshotRecord,
  snapshots: SnapshotRecords,
  images: ImageStore,
  viewer: Viewer,
  layout: Pick<Layout, 'root'>,
): Promise<string> {
  const { rootfs } = await imageBelow(record, images)
  const parentLayers = record.parent === null ? [] : (await wholeRecord(record.parent, snapshots)).layers
  return withComparison({ layout, viewer }, rootfs, parentLayers, record.layers, async (views) => {
    const { before, after } = views
    const hash = createHash('sha256')
    const holes = new Holes()
    const had = await attributesOf(before, paths(compareViews(views), 'was'))
    const has = await attributesOf(after, paths(compareViews(views), 'now'))
    for await (const change of compareViews(views)) {
      const { path, now } = change
      const attributes = textsOf(path, has)
      // Ignored, because every sandbox gets a new root directory.
      if (path.equals(root)) continue
      const content = now === undefined ? '' : await contentOf(inView(after, path), now, holes)
      if (attributes.join() === textsOf(path, had).join() && (await isSame(change, before, content, holes))) continue
      const fields =
        now === undefined
          ? ['removed']
          : [
              kindOf(now),
              (now.mode & 0o7777n).toString(8),
              (now.uid - BigInt(firstId)).toString(),
              (now.gid - BigInt(firstId)).toString(),
              content,
              ...attributes,
            ]
      hash.update(`${path.toString('hex')} ${fields.join(' ')}\n`)
    }
    return `sha256:${hash.digest('hex')}`
  })
}

async function* paths(changes: AsyncIterable<Change>, side: 'was' | 'now'): AsyncGenerator<Buffer> {
  for await (const { path, [side]: stats } of changes) if (stats?.isFile() || stats?.isDirectory()) yield path
}

function textsOf(path: Buffer, attributes: Attributes): readonly string[] {
  const own = attributes.get(path.toString('latin1')) ?? []
  return [...own].map(([name, value]) => `${name}=${Buffer.from(value, 'latin1').toString('hex')}`).sort()
}

/**
 * Returns whether everything except the extended attributes is unchanged.
 * @param content the current content.
 */
async function isSame({ path, was, now }: Change, before: string, content: string, holes: Holes): Promise<boolean> {
  if (was === undefined || now === undefined) return false
  if (was.mode !== now.mode || was.uid !== now.uid || was.gid !== now.gid) return false
  if (now.isFile() && was.size !== now.size) return false
  return (await contentOf(inView(before, path), was, holes)) === content
}
