/**
 * Builds the web app into `packages/web/dist`, which the server serves, if its inputs changed.
 * Otherwise it takes a few milliseconds.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { lockFile } from '@harmont/sandbox'

const stamp = '.made-of'
/**
 * Inputs of the build: the web package, the types of the contract, the versions of all packages,
 * and this program.
 */
const inputs = ['packages/web', 'contract/src', 'contract/openapi.json', 'package-lock.json', 'scripts/build-web.ts']
const isNoInput = (path: string) => /(^|\/)(node_modules|dist)(\/|$)|\.test\.tsx?$/.test(path)
/** Other kinds of files are already compressed. */
const isCompressible = (name: string) => /\.(js|css|svg|json|txt|webmanifest)$/.test(name)

const brotli = promisify(brotliCompress)
const zip = promisify(gzip)

/**
 * Returns every input below a path, in the same order on each machine; none if the path does not
 * exist.
 */
async function filesOf(repository: string, input: string): Promise<string[]> {
  const path = join(repository, input)
  const kind = await stat(path).catch(() => undefined)
  if (kind === undefined) return []
  if (kind.isFile()) return [input]
  const inside = (await readdir(path)).map((name) => join(input, name)).filter((name) => !isNoInput(name))
  return (await Promise.all(inside.map((name) => filesOf(repository, name)))).flat().sort()
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

/** Writes compressed copies beside each file, so that the server never compresses. */
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
  // The module is loaded only here, because most starts find everything built.
  const { build } = await import('vite')
  // Vite uses `NODE_ENV`, and a test runner sets it. Users and tests must get the same pages.
  process.env.NODE_ENV = 'production'
  const underWay = join(room, 'node_modules/.build-web/dist')
  await rm(underWay, { recursive: true, force: true })
  await build({ root: room, logLevel: 'warn', build: { outDir: underWay, emptyOutDir: true } })
  await compressFiles(underWay)
  await buildFirstPage(room, join(underWay, '.server'))
  await writeFile(join(underWay, stamp), digest)
  // A reader of `dist` finds a complete build or none. After a kill between these two calls, the
  // next start builds again.
  await rm(finished, { recursive: true, force: true })
  await rename(underWay, finished)
}

/** Builds the part of the web app that the server runs, with the packages that it needs. */
async function buildFirstPage(room: string, outDir: string): Promise<void> {
  const { build } = await import('vite')
  await build({
    root: room,
    // Suppresses a warning that a lazily loaded page is part of the entry, which is intended here.
    logLevel: 'error',
    build: {
      ...{ ssr: 'src/server/first-page.tsx', outDir, manifest: false, copyPublicDir: false },
      rolldownOptions: { output: { entryFileNames: '[name].js' } },
    },
    ssr: { noExternal: true },
    // A server may start with any `NODE_ENV`, and React must not spend time on development checks.
    define: { 'process.env.NODE_ENV': JSON.stringify('production') },
  })
}

/**
 * Builds the web app unless it is up to date, and returns whether it built it. Concurrent calls
 * build only once. On failure it throws and keeps the earlier build.
 */
export async function buildWeb(repository: string): Promise<boolean> {
  const room = join(repository, 'packages/web')
  const finished = join(room, 'dist')
  // Without a stamp, the app was not built, or not by this program.
  const builtFrom = () => readFile(join(finished, stamp), 'utf8').catch(() => '')
  if ((await builtFrom()) === (await digestOfInputs(repository))) return false
  await using _lock = await lockFile(join(room, 'node_modules/.build-web/lock'))
  // Another start may have built it meanwhile.
  const digest = await digestOfInputs(repository)
  if ((await builtFrom()) === digest) return false
  await buildInto(finished, room, digest)
  return true
}
