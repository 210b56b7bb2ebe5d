import { attributesOf } from './attributes.ts'
import { compareViews, type Exceptions, inView, namesIn, statsOf } from './compare-views.ts'

/**
 * What a comparison of two views must know beside what was touched, for whoever writes the one onto the other. Names of one file must be written
 * together, also when only one of them is elsewhere since its directory was renamed. And what an archive writes onto a directory never takes an
 * extended attribute away: one that lost any is made anew.
 */
export async function survey(before: string, after: string): Promise<Exceptions> {
  const linked = new Map<bigint, { missing: bigint }>()
  const directories: Buffer[] = []
  for await (const { path, was, now } of compareViews(before, after)) {
    if (was?.isDirectory() && now?.isDirectory()) directories.push(path)
    // Of others an archive holds no second name.
    if (now === undefined || now.nlink < 2n || !(now.isFile() || now.isSymbolicLink())) continue
    const known = linked.get(now.ino) ?? { missing: now.nlink }
    known.missing -= 1n
    linked.set(now.ino, known)
  }
  const inodes = new Set([...linked].flatMap(([inode, { missing }]) => (missing > 0n ? inode : [])))
  const touched = new Set<string>()
  // Rare, and slow: what else has these names, nobody but a look at everything can tell.
  if (inodes.size > 0) await findNames(after, undefined, inodes, touched)
  return { touched, anew: await whatLostAttributes(before, after, directories) }
}

async function findNames(
  root: string,
  directory: Buffer | undefined,
  inodes: ReadonlySet<bigint>,
  found: Set<string>,
): Promise<boolean> {
  let any = false
  for (const name of await namesIn(directory === undefined ? Buffer.from(root) : inView(root, directory))) {
    const path = directory === undefined ? name : Buffer.concat([directory, Buffer.from('/'), name])
    const stats = await statsOf(inView(root, path))
    const is = stats?.isDirectory() ? await findNames(root, path, inodes, found) : inodes.has(stats?.ino ?? -1n)
    if (is) found.add(path.toString('latin1'))
    any ||= is
  }
  return any
}

async function whatLostAttributes(
  before: string,
  after: string,
  directories: readonly Buffer[],
): Promise<ReadonlySet<string>> {
  if (directories.length === 0) return new Set()
  const had = await attributesOf(before, directories)
  if (had.size === 0) return new Set()
  const has = await attributesOf(
    after,
    [...had.keys()].map((path) => Buffer.from(path, 'latin1')),
  )
  const lost = [...had].filter(([path, names]) => names.keys().some((name) => !has.get(path)?.has(name)))
  return new Set(lost.map(([path]) => path))
}
