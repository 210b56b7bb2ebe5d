/**
 * Builds the web app into `packages/web/dist`, from which the server serves it, when what it is made of has changed since the last time.
 * Runs before `npm start`; with nothing to do it costs some milliseconds and says nothing.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { lockFile } from '@harmont/sandbox'

const stamp = '.made-of'
/** What the app is made of: its room, the types of the contract, the versions of all packages, and this program. */
const inputs = ['packages/web', 'contract/src', 'contract/openapi.json', 'package-lock.json', 'scripts/build-web.ts']
const isNoInput = (path: string) => /(^|\/)(node_modules|dist)(\/|$)|\.test\.tsx?$/.test(path)
/** Other kinds of files are compressed already. */
const isCompressible = (name: string) => /\.(js|css|svg|json|txt|webmanifest)$/.test(name)

const brotli = promisify(brotliCompress)
const zip = promisify(gzip)

/** Every input below a path, in the same order on each machine; none where there is nothing. */
async function filesOf(repository: string, input: string): Promise<string[]> {
  const path = join(repository, input)
  const kind = await stat(path).catch(() => undefined)
  if (kind === undefined) return []
  if (kind.isFile()) return [input]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return files
    .map((file) => relative(repository, file))
    .filter((file) => !isNoInput(file))
    .sort()
}

async function digestOfInputs(repository: string): Promise<string> {
  const files = (await Promise.all(inputs.map((input) => filesOf(repository, input)))).flat()
  const hash = createHash('sha256')
  for (const file of files) {
    const bytes = await readFile(join(repository, file))
    hash.update(`${file} ${bytes.length}\n`).update(bytes)
  }
  return hash.digest('hex')
}

/** Writes the compressed forms beside each file, so that the server never does that. */
async function compressFiles(directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && isCompressible(entry.name))
  await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const file = join(parentPath, name)
      const bytes = await readFile(file)
      await writeFile(
        `${file}.br`,
        await brotli(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
      )
      await writeFile(`${file}.gz`, await zip(bytes, { level: 9 }))
    }),
  )
}

async function buildInto(finished: string, room: string, digest: string): Promise<void> {
  // Loaded only now: most starts find everything built.
  const { build } = await import('vite')
  // Vite takes it over, and a test runner sets it: the pages of users and of tests are the same.
  process.env.NODE_ENV = 'production'
  const underWay = join(room, 'node_modules/.build-web/dist')
  await rm(underWay, { recursive: true, force: true })
  await build({ root: room, logLevel: 'warn', build: { outDir: underWay, emptyOutDir: true } })
  await compressFiles(underWay)
  await writeFile(join(underWay, stamp), digest)
  // Whoever reads `dist` finds a whole one or none: killed between these lines, the next start builds again.
  await rm(finished, { recursive: true, force: true })
  await rename(underWay, finished)
}

/** Builds the web app of a repository unless it is up to date; gives whether it did. Two at once build once. Fails, and leaves what was there, when the app cannot be built. */
export async function buildWeb(repository: string): Promise<boolean> {
  const room = join(repository, 'packages/web')
  const finished = join(room, 'dist')
  // No stamp: it was not built, or not by us.
  const builtFrom = () => readFile(join(finished, stamp), 'utf8').catch(() => '')
  if ((await builtFrom()) === (await digestOfInputs(repository))) return false
  await using _lock = await lockFile(join(room, 'node_modules/.build-web/lock'))
  // Another start may have built it while we waited.
  const digest = await digestOfInputs(repository)
  if ((await builtFrom()) === digest) return false
  await buildInto(finished, room, digest)
  return true
}

if (import.meta.main) {
  const started = Date.now()
  try {
    const isNew = await buildWeb(fileURLToPath(new URL('..', import.meta.url)))
    if (isNew) console.log(`Built the web app in ${((Date.now() - started) / 1000).toFixed(1)} s.`)
  } catch (error) {
    console.error(`The web app (packages/web) could not be built: ${error instanceof Error ? error.message : error}`)
    process.exit(1)
  }
}
