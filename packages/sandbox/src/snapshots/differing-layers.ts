import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { imagePlaces, type LayerStack } from '../launch/mounts.ts'
import type { Layout } from '../layout/layout.ts'
import type { SnapshotId } from '../sandbox-driver.ts'
import { ByteReader } from '../source/byte-reader.ts'
import { helperEnvironment } from '../system/machine.ts'
import { waitForSuccess } from '../system/processes.ts'
import type { ComparedViews, DifferingLayers } from './compare-views.ts'
import { nextTreeEntry, pathOf, recordsOf } from './packed/tree-entries.ts'
import type { Viewer } from './view.ts'

export interface Comparing {
  readonly layout: Pick<Layout, 'root'>
  readonly viewer: Viewer
}

/** Calls `use` with comparable views of two snapshots on the same image. */
export function withComparison<T>(
  { layout, viewer }: Comparing,
  image: string,
  before: readonly SnapshotId[],
  after: readonly SnapshotId[],
  use: (views: ComparedViews) => Promise<T>,
): Promise<T> {
  const stacks = [viewer.stack(image, before), viewer.stack(image, after)] as const
  return viewer.withViews(stacks, async ([was = '', is = '']) =>
    use({ before: was, after: is, differing: await differingLayers(layout, ...stacks) }),
  )
}

/**
 * Returns the data needed to compare two stacks of which one has an image; otherwise undefined,
 * because inodes show the changes.
 */
export async function differingLayers(
  { root }: Pick<Layout, 'root'>,
  before: LayerStack,
  after: LayerStack,
): Promise<DifferingLayers | undefined> {
  const all = [...before.layers, ...after.layers]
  if (!all.some((place) => place.startsWith(imagePlaces))) return undefined
  const differing = all.filter((place) => !(before.layers.includes(place) && after.layers.includes(place)))
  const directories = differing.map((place) => join(root, place))
  const redirected = new Set<string>()
  for (const directory of directories) await findRedirected(directory, redirected)
  return { directories, redirected }
}

/** Finds a layer's renamed directories, which overlay shows with the content of another path. */
async function findRedirected(layer: string, found: Set<string>): Promise<void> {
  const options = { cwd: layer, env: helperEnvironment }
  const find = spawn('find', ['.', '-mindepth', '1', '-type', 'd', '-printf', '%P\\0'], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const tar = spawn('tar', [...tarOptions], { ...options, stdio: ['pipe', 'pipe', 'pipe'] })
  async function read(): Promise<void> {
    const bytes = new ByteReader(tar.stdout)
    for (let entry = await nextTreeEntry(bytes); entry !== undefined; entry = await nextTreeEntry(bytes))
      if (recordsOf(entry).has(`SCHILY.xattr.${redirect}`)) found.add(pathOf(entry).replace(/\/$/, ''))
    await bytes.skipRest()
  }
  await Promise.all([waitForSuccess(find), waitForSuccess(tar), pipeline(find.stdout, tar.stdin), read()])
}

const redirect = 'trusted.overlay.redirect'
const tarOptions = [
  '--create',
  '--format=posix',
  '--xattrs',
  `--xattrs-include=${redirect}`,
  '--no-recursion',
  '--null',
  '--verbatim-files-from',
  '--files-from=-',
  '--file=-',
]
