import { spawn } from 'node:child_process'
import { ByteReader } from '../source/byte-reader.ts'
import { waitForSuccess } from '../system/processes.ts'
import { type ComparedViews, compareViews, type Exceptions } from './compare-views.ts'
import { attributesOf } from './packed/attributes.ts'

/**
 * Maximum length of a line: a device, an inode number and a path. Steps may nest paths arbitrarily
 * deep.
 */
const longestLine = 64 * 1024 ** 2

/**
 * Finds the paths that a comparison of two views must treat specially to write one view onto the
 * other. All names of one file must be written together, even if only one of them changed because
 * its directory was renamed. An archive cannot remove an extended attribute from a directory, so a
 * directory that lost one is created again.
 */
export async function survey(views: ComparedViews): Promise<Exceptions> {
  const { before, after } = views
  const linked = new Map<string, { missing: bigint }>()
  const directories: Buffer[] = []
  for await (const { path, was, now } of compareViews(views)) {
    if (was?.isDirectory() && now?.isDirectory()) directories.push(path)
    // Archives cannot contain a second name for other kinds of files.
    if (now === undefined || now.nlink < 2n || !(now.isFile() || now.isSymbolicLink())) continue
    // Files are identified by device too, because images use the same inode numbers.
    const file = `${now.dev} ${now.ino}`
    const known = linked.get(file) ?? { missing: now.nlink }
    known.missing -= 1n
    linked.set(file, known)
  }
  const files = new Set([...linked].flatMap(([file, { missing }]) => (missing > 0n ? file : [])))
  const touched = new Set<string>()
  // Rare and slow, because finding the other names visits every entry.
  if (files.size > 0) await findNames(after, files, touched)
  return { touched, anew: await whatLostAttributes(before, after, directories) }
}

/**
 * Adds the names of these files (device and inode) below a view, with all directories above. Uses
 * find, because Node.js takes ten times as long.
 */
async function findNames(view: string, files: ReadonlySet<string>, found: Set<string>): Promise<void> {
  const several = ['-links', '+1', '(', '-type', 'f', '-o', '-type', 'l', ')']
  const find = spawn('find', ['.', ...several, '-printf', '%D %i %P\\0'], {
    cwd: view,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  async function read(): Promise<void> {
    const bytes = new ByteReader(find.stdout)
    for (let line = await nextLine(bytes); line !== undefined; line = await nextLine(bytes)) {
      const space = line.indexOf(' ', line.indexOf(' ') + 1)
      if (!files.has(line.slice(0, space))) continue
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
