import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Context } from '../context.ts'
import { version } from '../version.ts'
import type { ToolFacts } from './judge-tools.ts'

const start = promisify(execFile)
const limitMs = 3000
const pythonVersion = 'import platform; print(platform.python_version())'

export async function gatherTools({ directory, env }: Pick<Context, 'directory' | 'env'>): Promise<ToolFacts> {
  const hasPythonPipelines = pythonPipelines(directory)
  const candidates = [env.HM_PYTHON, 'python3', 'python'].filter((name) => name !== undefined && name !== '')
  const [git, ...pythons] = await Promise.all([
    firstLine('git', ['--version'], env),
    ...(hasPythonPipelines ? candidates : []).map((name) => firstLine(name, ['-c', pythonVersion], env)),
  ])
  return {
    version,
    node: process.versions.node,
    git,
    hasPythonPipelines,
    pythons: pythons.filter((found) => found !== undefined),
    installedSdk: installedSdk(directory),
  }
}

/** Returns the first line of output; undefined if the program is missing or fails. */
async function firstLine(
  program: string | undefined,
  args: readonly string[],
  env: Context['env'],
): Promise<string | undefined> {
  try {
    const { stdout } = await start(program ?? '', args, { env, timeout: limitMs, killSignal: 'SIGKILL' })
    return stdout.split('\n')[0]?.trim()
  } catch {
    return undefined // Why does not matter: what is asked for is a program that works.
  }
}

function pythonPipelines(directory: string): boolean {
  const folder = join(directory, '.hm')
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return false
  return readdirSync(folder).some((name) => /^[^._].*\.py$/.test(name))
}

/** Returns the version of the SDK that this directory's pipeline files would import. */
function installedSdk(directory: string): string | undefined {
  for (let folder = directory; ; folder = dirname(folder)) {
    const file = join(folder, 'node_modules', '@harmont', 'hm', 'package.json')
    if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return versionIn(file)
    if (folder === dirname(folder)) return undefined
  }
}

function versionIn(file: string): string {
  try {
    const read: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof read === 'object' && read !== null && 'version' in read && typeof read.version === 'string')
      return read.version
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return 'of no version'
}
