import { spawn } from 'node:child_process'
import { ByteReader } from '../source/byte-reader.ts'
import { waitForSuccess } from '../system/processes.ts'
import { compareViews, type Exceptions } from './compare-views.ts'
import { attributesOf } from './packed/attributes.ts'

/** An inode number and a path. Steps may nest paths arbitrarily deep. */
const longestLine = 64 * 1024 ** 2

/**
 * Finds the paths that a comparison of two views must treat specially to write one view onto the
 * other. All names of one file must be written together, even if only one is elsewhere since its
 * directory was renamed. An archive cannot remove an extended attribute from a directory, so a
 * directory that lost one is created again.
 */
export async function survey(before: string, after: string): Promise<Exceptions> {
  const linked = new Map<bigint, { missing: bigint }>()
  const directories: Buffer[] = []
  for await (const { path, was, now } of compareViews(before, after)) {
    if (was?.isDirectory() && now?.isDirectory()) directories.push(path)
    // Archives have no second name for other kinds.
    if (now === undefined || now.nlink < 2n || !(now.isFile() || now.isSymbolicLink())) continue
    const known = linked.get(now.ino) ?? { missing: now.nlink }
    known.missing -= 1n
    linked.set(now.ino, known)
  }
  const inodes = new Set([...linked].flatMap(([inode, { missing }]) => (missing > 0n ? inode : [])))
  const touched = new Set<string>()
  // Rare and slow: finding the other names takes a look at everything.
  if (inodes.size > 0) await findNames(after, inodes, touched)
  return { touched, anew: await whatLostAttributes(before, after, directories) }
}

/**
 * Adds the names of these inodes below a view, with all directories above. Uses a program: Node.js
 * takes ten times as long.
 */
async function findNames(view: string, inodes: ReadonlySet<bigint>, found: Set<string>): Promise<void> {
  const several = ['-links', '+1', '(', '-type', 'f', '-o', '-type', 'l', ')']
  const find = spawn('find', ['.', ...several, '-printf', '%i %P\\0'], { cwd: view, stdio: ['ignore', 'pipe', 'pipe'] })
  async function read(): Promise<void> {
    const bytes = new ByteReader(find.stdout)
    for (let line = await nextLine(bytes); line !== undefined; line = await nextLine(bytes)) {
      const space = line.indexOf(' ')
      if (!inodes.has(BigInt(line.slice(0, space)))) continue
      const path = line.slice(space + 1)
      for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) found.add(path.slice(0, end))
    }
  }
  await Promise.all([waitForSuccess(find), read().finally(() => find.stdout.destroy())])
}

async function nextLine(bytes: ByteReader): Promise<string | undefined> {
  return (await bytes.until(0, longestLine))?.toString('latin1')
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
