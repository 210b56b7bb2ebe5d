import type { CachePolicy } from '../../cache.ts'
import { LEAVES, type Leaves, type StandsForLeaves } from '../../leaves.ts'
import type { Step } from '../../step.ts'
import type { StepOptions } from '../../step-options.ts'
import { membersOf, wrongUse } from '../../wrong-use.ts'
import { ENTRY, type EntryOptions, installStep } from '../install-step.ts'
import { cache, flag, form, path, type Reader, text, word, wordOr } from '../option-readers.ts'
import { readOptions } from '../read-options.ts'
import { onChangeBelow } from '../watched-files.ts'
import {
  type CMakeSettings,
  type CMakeTools,
  compilerOf,
  type Generator,
  packagesFor,
  vcpkgCommand,
  verifyCommand,
  warmupCommand,
} from './configure.ts'
import { CMakeProject } from './project.ts'

export interface CMakeToolchainOptions extends Omit<EntryOptions, 'path'> {
  /** `gcc` or `clang`, with a version where one is wanted: `clang-18`. */
  readonly compiler?: string
  /** True by default. */
  readonly ccache?: boolean
  /** By default `ninja`. */
  readonly generator?: Generator
}

interface CMakeProjectBase {
  readonly path?: string
  /** Packages of the project's vcpkg.json. */
  readonly deps?: 'vcpkg'
  /** What to build; by default everything. */
  readonly target?: string
  /** When the warm-up is kept; by default until CMakeLists.txt changes. */
  readonly cache?: CachePolicy
}

/** A preset says by itself what generator, compiler and defines say otherwise; its build directory is `build`. */
export type CMakeProjectOptions = CMakeProjectBase &
  (
    | { readonly preset: string; readonly defines?: never }
    | { readonly preset?: never; readonly defines?: Readonly<Record<string, string | number | boolean>> }
  )

export type CMakeOptions = CMakeToolchainOptions & CMakeProjectOptions

/** CMake and a compiler, for several projects. */
export class CMakeToolchain implements StandsForLeaves {
  readonly installed: Step
  readonly #tools: CMakeTools

  constructor(tools: CMakeTools, installed: Step) {
    this.#tools = tools
    this.installed = installed
  }

  install(): Step {
    return this.installed
  }

  /** A copy whose projects start after a further command. */
  setup(command: string, options: StepOptions = {}): CMakeToolchain {
    return new CMakeToolchain(this.#tools, this.installed.sh(command, options))
  }

  /** The project in one directory, configured and built once for all its actions. */
  project(options: CMakeProjectOptions = {}): CMakeProject {
    const { deps, cache: kept, ...given } = readOptions('cmake.project', options, PROJECT)
    const settings: CMakeSettings = { ...given, vcpkg: deps === 'vcpkg' }
    const watch = (...names: readonly string[]) => onChangeBelow('cmake.project', given.path, ...names)
    const from = settings.vcpkg
      ? this.installed.sh(vcpkgCommand(given.path), { label: ':cmake: vcpkg', cache: watch('vcpkg.json') })
      : this.installed
    const built = from.sh(warmupCommand(this.#tools, settings), {
      label: ':cmake: build',
      cache: kept ?? watch('CMakeLists.txt', ...(settings.vcpkg ? ['vcpkg.json'] : [])),
    })
    return new CMakeProject(this, settings, built)
  }

  /** The actions of the project in the project directory. */
  ci(): Step[] {
    return this.project().ci()
  }

  [LEAVES](): Leaves {
    return this.ci()
  }
}

/** CMake: with a path for the project there, else for several projects. */
export function cmake(options: CMakeOptions & { readonly path: string }): CMakeProject
export function cmake(options?: CMakeToolchainOptions): CMakeToolchain
export function cmake(options: CMakeToolchainOptions & Partial<CMakeOptions> = {}): CMakeProject | CMakeToolchain {
  const given = readOptions('cmake', options, { ...ENTRY, ...TOOLCHAIN, ...PROJECT })
  const tools: CMakeTools = {
    compiler: given.compiler === undefined ? undefined : compilerOf(given.compiler),
    ccache: given.ccache,
    generator: given.generator,
  }
  const installed = installStep(given, {
    tag: 'cmake',
    packages: packagesFor(tools),
    name: 'verify',
    command: verifyCommand(tools),
  })
  const toolchain = new CMakeToolchain(tools, installed)
  const ofProject = Object.fromEntries(Object.entries(options).filter(([name]) => name in PROJECT))
  const [[name] = []] = membersOf('cmake', ofProject)
  if (options.path !== undefined) return toolchain.project(ofProject)
  if (name === undefined) return toolchain
  throw wrongUse('cmake', `a path with ${name}`, undefined, 'Give the path of the project, or use .project().')
}

const defines: Reader<readonly (readonly [string, string])[]> = (where, value) =>
  value === undefined ? [] : membersOf(where, value).map(([name, entry]) => [name, define(`${where}, ${name}`, entry)])

function define(where: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'ON' : 'OFF'
  if (typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value))) return String(value)
  throw wrongUse(where, 'a string, a number or a boolean', value, 'Write the value as a string.')
}

const TOOLCHAIN = {
  compiler: form(/^(gcc|clang)(-\d+)?$/, 'a compiler such as "gcc", "gcc-14", "clang" or "clang-18"'),
  ccache: flag(true),
  generator: wordOr(['ninja', 'make'], 'ninja'),
} as const

const PROJECT = { path, preset: text, defines, deps: word(['vcpkg']), target: text, cache } as const
