import { execFile } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import packageJson from '../package.json' with { type: 'json' }

const { version } = packageJson

/** A part of a program: its path on this machine, and its path relative to the other parts. */
interface ProgramPart {
  readonly source: string
  readonly path: string
}

/** The program that renders in a sandbox; its parts are sibling directories. */
export interface SandboxProgram {
  readonly parts: readonly ProgramPart[]
  /** The path of the main module, relative to the parts. */
  readonly main: string
}

// A pipeline that loads the whole SDK.
const sample = `import { pipeline, scratch } from '@harmont/hm'
import * as toolchains from '@harmont/hm/toolchains'
void toolchains
export default { slug: 'ci', pipeline: () => pipeline([scratch().sh('true', { label: 'a' })]) }
`

/**
 * Returns variables that make Node.js use the compiled code in `folder`. Node.js finds the code by
 * its path relative to the sources.
 */
export const compiledEnv = (folder: string) => ({ NODE_COMPILE_CACHE: folder, NODE_COMPILE_CACHE_PORTABLE: '1' })

/**
 * Returns the folder below `directory` with the program's compiled code, and compiles missing code,
 * which takes about a second. Without compiled code, half of a rendering's time is compilation.
 * Each version of the program's files has its own folder, because Node.js ignores code of other
 * sources.
 */
export async function compiledCode(directory: string, program: SandboxProgram): Promise<string> {
  const folder = join(directory, `${version}-${process.version}-${await stateOf(program)}`)
  if (existsSync(folder)) return folder
  // Avoids `directory`, which may be in a `node_modules`, where Node.js strips no types.
  const place = await mkdtemp(join(tmpdir(), 'harmont-render-'))
  const fresh = `${folder}.${randomUUID()}`
  try {
    await compileInto(place, program)
    const compiled = join(place, 'compiled')
    for (const name of await readdir(compiled))
      await cp(join(compiled, name), join(fresh, ofRoot(name)), { recursive: true })
    await rename(fresh, folder)
    await removeOld(directory)
  } catch (error) {
    // Another process finished first, here or with the removal of old folders.
    if (!existsSync(folder)) throw error
  } finally {
    for (const each of [place, fresh]) await rm(each, { recursive: true, force: true })
  }
  return folder
}

/** Renders a sample with a copy of the program, whose code Node.js keeps in `place/compiled`. */
async function compileInto(place: string, { parts, main }: SandboxProgram): Promise<void> {
  for (const { source, path } of parts) {
    const filter = (file: string) => isOfPart(source, file)
    await cp(source, join(place, path), { recursive: true, filter })
  }
  await mkdir(join(place, 'project/.hm'), { recursive: true })
  await writeFile(join(place, 'project/.hm/ci.ts'), sample)
  const project = ['--dir', join(place, 'project'), '--slug', 'ci', '--out', join(place, 'out.json')]
  const env = { PATH: process.env.PATH, ...compiledEnv(join(place, 'compiled')) }
  await promisify(execFile)(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(place, main), ...project],
    { env },
  )
}

/** Returns a digest of the names, sizes and times of a program's files. */
async function stateOf({ parts }: SandboxProgram): Promise<string> {
  const digest = createHash('sha256')
  for (const { source } of parts) {
    const entries = await readdir(source, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
    for (const file of files.filter((each) => isOfPart(source, each)).sort()) {
      const { size, mtimeMs } = await stat(file)
      digest.update(`${file}\0${size}\0${mtimeMs}\0`)
    }
  }
  return digest.digest('hex').slice(0, 16)
}

function isOfPart(source: string, file: string): boolean {
  return !file.slice(source.length).includes('/node_modules')
}

/** Keeps the newest three, because another server may run an earlier installation. */
async function removeOld(directory: string): Promise<void> {
  const paths = (await readdir(directory)).map((name) => join(directory, name))
  const ages = await Promise.all(paths.map(async (path) => ({ path, mtimeMs: (await stat(path)).mtimeMs })))
  const old = ages.toSorted((one, other) => other.mtimeMs - one.mtimeMs).slice(3)
  await Promise.all(old.map(({ path }) => rm(path, { recursive: true, force: true })))
}

/** Replaces the user id at the end of the name by that of root, the user in a sandbox. */
function ofRoot(name: string): string {
  return name.replace(/-\d+$/, '-0')
}
