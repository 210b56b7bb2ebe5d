import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A directory of the project as input of the detection. */
export interface Folder {
  /** Relative to the project, with `/`; `.` for the project itself. */
  readonly path: string
  /** Names in it. */
  readonly names: ReadonlySet<string>
  /**
   * Contents of the few files that determine the project's kind and requirements, by name; for
   * Python also its tests.
   */
  readonly texts: ReadonlyMap<string, string>
}

/** Files that list the Python packages for a project's tests. */
export const REQUIREMENTS: readonly string[] = [
  'requirements.txt',
  'requirements-dev.txt',
  'requirements-test.txt',
  'dev-requirements.txt',
  'test-requirements.txt',
]

/** Lists of test requirements in a separate directory. The first existing one is used. */
export const TEST_REQUIREMENTS: readonly string[] = ['tests.txt', 'test.txt', 'dev.txt'].map(
  (name) => `requirements/${name}`,
)

/** Files whose content detection reads; for others it uses the names only. */
const TOLD_BY: readonly string[] = [
  'package.json',
  'pyproject.toml',
  'setup.cfg',
  'tox.ini',
  ...REQUIREMENTS,
  ...TEST_REQUIREMENTS,
  'Makefile',
  'GNUmakefile',
  'makefile',
  'Makefile.in',
]

/** Directories of tools or third-party code, which are not projects of this repository. */
const NOT_PROJECTS = new Set([
  'node_modules',
  'vendor',
  'third_party',
  'target',
  'build',
  'dist',
  'venv',
  'env',
  '__pycache__',
])

/** Reads the project's directory and its subdirectories. Rejects if one cannot be read. */
export async function readFolders(directory: string): Promise<Folder[]> {
  const entries = await readdir(directory, { withFileTypes: true })
  const below = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !NOT_PROJECTS.has(entry.name))
    .map(({ name }) => name)
    .sort()
  return Promise.all(['.', ...below].map((path) => readFolder(directory, path)))
}

/** Reads one directory, given relative to the project. */
async function readFolder(directory: string, path: string): Promise<Folder> {
  const names = new Set(await readdir(join(directory, path)))
  const isPython = ['pyproject.toml', 'setup.py', 'uv.lock'].some((name) => names.has(name))
  const files = [
    ...TOLD_BY.filter((file) => names.has(file.split('/', 1)[0] ?? file)),
    ...(isPython ? await testsIn(directory, path, names) : []),
  ]
  const texts = await Promise.all(
    files.map(async (file) => {
      const text = await readIfFile(join(directory, path, file))
      return text === undefined ? [] : [[file, text] as const]
    }),
  )
  return { path, names, texts: new Map(texts.flat()) }
}

/**
 * Returns the paths of at most 50 Python tests, beside the project's files and in the usual
 * directories.
 */
async function testsIn(directory: string, path: string, names: ReadonlySet<string>): Promise<string[]> {
  const places = ['tests', 'test', 'testing'].filter((name) => names.has(name))
  const listed = await Promise.all(
    places.map(async (place) => {
      const entries = await readdir(join(directory, path, place), { withFileTypes: true }).catch(none)
      return entries.map(({ name }) => `${place}/${name}`)
    }),
  )
  const isTest = /(^|\/)(test_[^/]*|[^/]*_test|conftest|__init__)\.py$/
  return [...names, ...listed.flat()].filter((name) => isTest.test(name)).slice(0, 50)
}

/** Returns nothing for a file in place of a directory. */
function none(error: unknown): [] {
  if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return []
  throw error
}

async function readIfFile(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return undefined
    throw error
  }
}
