import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { cacheVariable } from './child/cache-variable.ts'

interface LanguageCommand {
  readonly program: string
  readonly args: readonly string[]
  /** Variables added to the environment of all children. */
  readonly env: Environment
}

/** A language of pipeline files. */
export interface Language {
  readonly name: string
  /** Pipeline files of this language, relative to the project, in name order. */
  readonly files: readonly string[]
  /** Commands to try, until one exists and is new enough. `cache`: the folder of compiled code. */
  readonly commands: (env: Environment, cache: string | undefined) => readonly LanguageCommand[]
  /** Advice for the user if no command works. */
  readonly advice: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** The exit code of a Python that is too old. */
export const tooOld = 97

/**
 * The second option provides `SourceTextModule`, which checks whether a file is JavaScript without
 * running it.
 */
const childFlags = ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules']

// Our SDK replaces the working directory as the first entry, so that nothing shadows it. Its
// compiled code is cached, but outside the project.
const bootstrap = `import sys
if sys.version_info < (3, 11):
    sys.exit(${tooOld})
source, cache = sys.argv[1:3]
del sys.argv[1:3]
if sys.path[0] == "":
    del sys.path[0]
sys.path.insert(0, source)
if cache:
    sys.pycache_prefix = cache
    sys.dont_write_bytecode = False
from runpy import run_module
run_module("harmont._render", run_name="__main__", alter_sys=True)
`

/**
 * Returns the languages of a project's pipeline files (`render.md` 1); null without a directory
 * `.hm`.
 */
export function languagesOf(project: string): readonly Language[] | null {
  const names = pipelineFiles(project)
  if (names === null) return null
  const programs = findPrograms()
  const script = names.filter((name) => !name.endsWith('.py'))
  const python = names.filter((name) => name.endsWith('.py'))
  const languages: Language[] = [
    {
      name: 'TypeScript',
      files: script,
      commands: (_, cache) => [
        {
          program: process.execPath,
          args: [...childFlags, programs.child],
          env: cache === undefined ? {} : { NODE_COMPILE_CACHE: cache, [cacheVariable]: join(cache, 'types') },
        },
      ],
      advice: 'install hm again',
    },
    {
      name: 'Python',
      files: python,
      commands: (env, cache) =>
        [env.HM_PYTHON, 'python3', 'python']
          .filter((program): program is string => program !== undefined && program !== '')
          .map((program) => ({ program, args: ['-c', bootstrap, programs.python, cache ?? ''], env: {} })),
      advice: 'install Python 3.11 or later, or name one in HM_PYTHON',
    },
  ]
  return languages.filter(({ files }) => files.length > 0)
}

// Names beginning with `_` or `.` and files in subdirectories are for imports only.
function pipelineFiles(project: string): string[] | null {
  const directory = join(project, '.hm')
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) return null
  return readdirSync(directory)
    .filter((name) => /^[^._].*\.(py|m?[tj]s)$/.test(name) && !/\.d\.m?ts$/.test(name))
    .filter((name) => statSync(join(directory, name), { throwIfNoEntry: false })?.isDirectory() !== true)
    .map((name) => `.hm/${name}`)
}

/** Returns the paths of the child programs, in the packages' sources or in the built renderer. */
function findPrograms() {
  const folder = builtRenderer()
  if (folder !== undefined) return { child: join(folder, 'child.js'), python: join(folder, 'python') }
  const here = import.meta.dirname
  return { child: join(here, 'child/main.ts'), python: join(here, '../../pipeline-python/src') }
}

/**
 * Returns the folder `render` beside the bundle or above it; undefined when running from sources.
 * The folder holds `child.js`, `hm/{index,toolchains,ir}.js`, `python/harmont` and, for servers,
 * `sandbox.js`.
 */
export function builtRenderer(): string | undefined {
  if (import.meta.url.endsWith('.ts')) return undefined
  const here = fileURLToPath(new URL('.', import.meta.url))
  const places = [here, dirname(here)].map((directory) => join(directory, 'render'))
  const folder = places.find((each) => existsSync(join(each, 'child.js')))
  if (folder === undefined) throw new Error(`expected the renderer in ${places.join(' or ')}: install hm again.`)
  return folder
}
