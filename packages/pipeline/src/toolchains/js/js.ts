import { forever } from '../../cache.ts'
import { inDirectory } from '../../quote.ts'
import type { Step } from '../../step.ts'
import { misuse } from '../../wrong-use.ts'
import { ENTRY, type EntryOptions, type Ground, installStep } from '../install-step.ts'
import { form, type Reader, word } from '../option-readers.ts'
import { readOptions } from '../read-options.ts'
import { onChangeIn } from '../watched-files.ts'
import { detectJs } from './detect.ts'
import { denoTasks, type JsFiles, readJsFiles } from './files.ts'
import {
  bunPin,
  INSTALLERS,
  type Installer,
  type JsRuntime,
  managerCommand,
  type PackageManager,
  runtimeCommand,
} from './managers.ts'
import { JsProject } from './project.ts'

export interface JsOptions extends EntryOptions {
  /**
   * The package manager, which installs dependencies and runs scripts. Without `pm` and `runtime`,
   * package.json and lock files decide.
   */
  readonly pm?: PackageManager
  readonly runtime?: JsRuntime
  /**
   * Version of the runtime: `22` or `22.x` for Node.js, `N.N` or `N.N.N` for bun and deno. By
   * default Node.js 22, or the newest.
   */
  readonly version?: string
}

/** The toolchain of JavaScript and TypeScript projects, on Node.js, bun or deno. */
export const js = {
  /** Returns the project in one directory, with its dependencies installed. */
  project(options: JsOptions = {}): JsProject {
    const { pm, runtime, ...given } = readOptions(WHERE, options, {
      ...ENTRY,
      pm: word(['npm', 'pnpm', 'yarn-classic', 'yarn-berry', 'bun']),
      runtime: word(['node', 'bun', 'deno']),
      // The valid form depends on the runtime, which is determined below.
      version: asGiven,
    })
    const files = readJsFiles(WHERE, given.path)
    const tools = chooseTools(pm, runtime, files)
    const version = versionOf(tools.runtime, given.version)
    const installed = dependencies(given.path, files, tools, ready(given, tools, version))
    const tasks = tools.runtime === 'deno' ? denoTasks(WHERE, given.path, files) : []
    const scripts = new Set([...(files.packageJson?.scripts ?? []), ...tasks])
    return new JsProject(given.path, installed, { tag: tools.runtime, installer: tools.installer, scripts })
  },
} as const

/**
 * The same as `js`.
 * @alias
 */
export const ts = js

const WHERE = 'js.project'

const asGiven: Reader<unknown> = (_, value) => value

interface Tools {
  readonly runtime: JsRuntime
  readonly installer: Installer
  readonly pin: string | undefined
}

function chooseTools(pm: PackageManager | undefined, runtime: JsRuntime | undefined, files: JsFiles): Tools {
  if (pm === undefined && runtime === undefined) {
    const found = detectJs(files)
    const fix = 'package.json and the lock files disagree: set pm and runtime.'
    return found.runtime === 'deno' ? DENO : together(found.runtime ?? 'node', found.pm, found.pin, fix)
  }
  if (runtime !== 'deno') return together(runtime ?? 'node', pm, undefined, 'Remove one of them.')
  if (pm === undefined) return DENO
  throw misuse(WHERE, 'no pm with runtime "deno"', JSON.stringify(pm), 'Remove pm: deno installs dependencies itself.')
}

const DENO: Tools = { runtime: 'deno', installer: 'deno', pin: undefined }

function together(
  runtime: 'node' | 'bun',
  pm: PackageManager | undefined,
  pin: string | undefined,
  fix: string,
): Tools {
  if (runtime === 'bun' && pm !== undefined && pm !== 'bun')
    throw misuse(WHERE, 'pm "bun" with runtime "bun"', JSON.stringify(pm), fix)
  return { runtime, installer: pm ?? (runtime === 'bun' ? 'bun' : 'npm'), pin }
}

function versionOf(runtime: JsRuntime, version: unknown): string | undefined {
  const reader =
    runtime === 'node'
      ? form(/^\d+(\.x)?$/, 'a version of Node.js such as "22" or "22.x"')
      : form(/^\d+\.\d+(\.\d+)?$/, `a version of ${runtime} such as "1.3.1"`)
  return reader(`${WHERE}, version`, version)
}

/** Returns the step that installs the runtime and the package manager. */
function ready(ground: Ground & { readonly path: string }, tools: Tools, version: string | undefined): Step {
  const { runtime, installer, pin } = tools
  const unzip = runtime !== 'node' || installer === 'bun' ? ['unzip'] : []
  const pinned = runtime === 'bun' && pin !== undefined ? bunPin(WHERE, pin) : undefined
  const installed = installStep(ground, {
    tag: runtime,
    packages: ['curl', 'ca-certificates', ...unzip],
    name: 'install',
    command: runtimeCommand(runtime, version ?? pinned),
  })
  if (runtime !== 'node' || installer === 'deno') return installed
  const command = managerCommand(WHERE, installer, pin, version)
  if (command === undefined) return installed
  const cache = pin === undefined ? forever() : onChangeIn(WHERE, ground.path, 'package.json')
  return installed.sh(command, { label: `:node: ${installer}`, cache })
}

const LOCK_FILES = [...Object.values(INSTALLERS).map(({ lock }) => lock), 'bun.lockb']

function dependencies(path: string, { names, packageJson }: JsFiles, { runtime, installer }: Tools, from: Step): Step {
  const { lock, locked, unlocked } = INSTALLERS[installer]
  const isUnlocked = packageJson !== undefined && !LOCK_FILES.some((name) => names.has(name))
  const isBinary = lock === 'bun.lock' && !names.has(lock) && names.has('bun.lockb')
  const watched = isUnlocked ? 'package.json' : isBinary ? 'bun.lockb' : lock
  return from.sh(inDirectory(path, isUnlocked ? unlocked : locked), {
    label: `:${runtime}: deps`,
    cache: onChangeIn(WHERE, path, watched),
  })
}
