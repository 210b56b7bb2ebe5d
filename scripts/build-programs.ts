/**
 * Bundles `hm` and the server, with all programs that they start, into `dist/programs`, if their
 * sources changed. Without bundles, a start takes half as much time again, and a server 30 MiB
 * more memory. The programs still read non-code files from the source tree.
 */
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import process from 'node:process'
import { builtProgram, repository } from './built-programs.js'

const programs = { hm: 'packages/cli/src/main.ts', harmont: 'packages/server/src/main.ts' }
const threads = {
  'confined-tool': 'packages/sandbox/src/system/confined-tool.ts',
  'markdown-thread': 'packages/server/src/builds/annotations/markdown-thread.ts',
  'parse-thread': 'packages/server/src/builds/engine/parse-thread.ts',
}
/** The resolution of file times: the kernel's clock for them advances in steps of up to 10 ms. */
const clockStepMs = 10

/** Further inputs of the build, besides the sources. */
const alsoRead = ['package-lock.json', 'packages/cli/scripts/bundle.ts', 'scripts/build-programs.ts']

const builds = join(repository, 'dist/programs')
const inRepository = (path: string) => join(repository, path)

/**
 * Builds the programs unless they are up to date, and returns whether it built them. Concurrent
 * calls build only once. On failure it throws and keeps the earlier build.
 */
export async function buildPrograms(): Promise<boolean> {
  if (builtProgram('harmont') !== undefined) return false
  await mkdir(builds, { recursive: true })
  // The module is loaded only here, because most starts find everything built.
  const { lockFile } = await import('@harmont/sandbox')
  await using _lock = await lockFile(join(builds, 'lock'))
  // Another start may have built them meanwhile.
  if (builtProgram('harmont') !== undefined) return false
  const startedMs = Date.now()
  const folder = await mkdtemp(join(builds, 'build-'))
  try {
    const read = await buildInto(folder)
    const sources = await Promise.all(read.map((path) => noteOf(path, startedMs)))
    // Every user may start the programs.
    await chmod(folder, 0o755)
    await writeFile(join(builds, 'next.json'), JSON.stringify({ folder: basename(folder), sources }))
    await rename(join(builds, 'next.json'), join(builds, 'current.json'))
  } catch (error) {
    await rm(folder, { recursive: true })
    throw error
  }
  await removeOldBuilds()
  return true
}

/** Builds into the folder and returns the paths of all inputs, except npm packages. */
async function buildInto(folder: string): Promise<readonly string[]> {
  const { bundle } = await import('../packages/cli/scripts/bundle.ts')
  const entries = Object.entries({ ...programs, ...threads }).map(([name, path]) => [name, inRepository(path)])
  const { metafiles, copied } = await bundle(folder, Object.fromEntries(entries), {
    minifyWhitespace: false,
    sourcemap: false,
    besideChild: { sandbox: inRepository('packages/render/src/sandbox/program.ts') },
    // The first two read files beside themselves, and the last is not installed on every machine.
    external: ['graphile-worker', 'pino', 'pg-native'],
    place: (path) => `new URL(${JSON.stringify(relative(folder, path))}, import.meta.url).href`,
  })
  const inputs = metafiles.flatMap((metafile) => Object.keys(metafile.inputs).map((path) => join(process.cwd(), path)))
  const read = new Set([...inputs, ...copied, ...alsoRead.map(inRepository)].map((path) => relative(repository, path)))
  return [...read].filter((path) => !path.includes('node_modules/')).sort()
}

/**
 * Returns a source in the form that `builtProgram` compares. A source written since the start never
 * compares equal.
 */
async function noteOf(path: string, startedMs: number): Promise<readonly [string, number, number | null]> {
  const { size, mtimeMs } = await stat(inRepository(path))
  return [path, size, mtimeMs < startedMs - clockStepMs ? mtimeMs : null]
}

/** Removes all but the newest two builds; servers may still load from the previous one. */
async function removeOldBuilds(): Promise<void> {
  const names = (await readdir(builds)).filter((name) => name.startsWith('build-'))
  const ages = await Promise.all(names.map(async (name) => [name, (await stat(join(builds, name))).mtimeMs] as const))
  const old = ages.toSorted(([, one], [, other]) => other - one).slice(2)
  await Promise.all(old.map(([name]) => rm(join(builds, name), { recursive: true, force: true })))
}
