import { inDirectory, quote, quoteValue } from '../../quote.ts'
import type { Step } from '../../step.ts'
import { LEAVES, type Leaves, type StandsForLeaves, type StepOptions } from '../../step.ts'
import { membersOf, wrongUse } from '../../wrong-use.ts'
import { ENTRY, installStep } from '../install-step.ts'
import { flag, text } from '../option-readers.ts'
import { type ActionOptions, actionStep, readAction, readOptions } from '../read-options.ts'
import { onChangeBelow } from '../watched-files.ts'
import {
  buildCommand,
  type CMakeOptions,
  type CMakeProjectOptions,
  type CMakeSettings,
  type CMakeToolchainOptions,
  type CMakeTools,
  compilerOf,
  PROJECT,
  packagesFor,
  TOOLCHAIN,
  vcpkgCommand,
  verifyCommand,
  warmupCommand,
} from './configure.ts'

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

  /** Returns a copy whose projects start after a further command. */
  setup(command: string, options: StepOptions = {}): CMakeToolchain {
    return new CMakeToolchain(this.#tools, this.installed.sh(command, options))
  }

  /** Returns the project in one directory, configured and built once for all its actions. */
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

  /** Returns the CI actions of the CMake project in the pipeline's project directory. */
  ci(): Step[] {
    return this.project().ci()
  }

  [LEAVES](): Leaves {
    return this.ci()
  }
}

/** Makes a CMake project when `path` is given, otherwise a toolchain for several projects. */
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

export interface CTestOptions extends ActionOptions {
  /** Whether to run as many tests at once as there are CPUs; true by default. */
  readonly parallel?: boolean
}

export interface CMakeInstallOptions extends ActionOptions {
  readonly prefix?: string
}

export interface CPackOptions extends ActionOptions {
  /** A cpack generator, such as `DEB` or `TGZ`. */
  readonly generator?: string
}

export interface CMakeFmtOptions extends ActionOptions {
  /** Whether to rewrite the files instead of failing. */
  readonly fix?: boolean
}

const SOURCES = ['c', 'h', 'cpp', 'hpp', 'cc', 'cxx'].map((ending) => `-name '*.${ending}'`).join(' -o ')

/**
 * A C or C++ project, configured and built. Its actions first build again, so that they never use
 * a cached build of older sources.
 */
export class CMakeProject implements StandsForLeaves {
  readonly toolchain: CMakeToolchain
  readonly path: string
  /** The step that the actions start from: the warm-up. */
  readonly built: Step
  readonly #settings: CMakeSettings

  constructor(toolchain: CMakeToolchain, settings: CMakeSettings, built: Step) {
    this.toolchain = toolchain
    this.path = settings.path
    this.built = built
    this.#settings = settings
  }

  /** Returns a copy whose actions start after a further command. */
  setup(command: string, options: StepOptions = {}): CMakeProject {
    return new CMakeProject(this.toolchain, this.#settings, this.built.sh(command, options))
  }

  build(options: ActionOptions = {}): Step {
    const { step } = readAction('cmake.build', options, {})
    return this.#action('compile', buildCommand(this.#settings), step)
  }

  test(options: CTestOptions = {}): Step {
    const { own, step } = readAction('cmake.test', options, { parallel: flag(true) })
    const parallel = own.parallel ? ' --parallel $(nproc)' : ''
    return this.#afterBuild('test', `ctest --test-dir ${quote(this.path)}/build --output-on-failure${parallel}`, step)
  }

  install(options: CMakeInstallOptions = {}): Step {
    const { own, step } = readAction('cmake.install', options, { prefix: text })
    const prefix = own.prefix === undefined ? '' : ` --prefix ${quoteValue(own.prefix)}`
    return this.#afterBuild('install', `cmake --install ${quote(this.path)}/build${prefix}`, step)
  }

  package(options: CPackOptions = {}): Step {
    const { own, step } = readAction('cmake.package', options, { generator: text })
    const generator = own.generator === undefined ? '' : ` -G ${quoteValue(own.generator)}`
    return this.#afterBuild('package', `cd ${quote(this.path)}/build && cpack${generator}`, step)
  }

  /** Runs clang-tidy on the compiled files. */
  lint(options: ActionOptions = {}): Step {
    const { step } = readAction('cmake.lint', options, {})
    return this.#action('lint', inDirectory(this.path, 'run-clang-tidy -p build'), step)
  }

  /** Fails if clang-format would change a file. Starts before anything is built. */
  fmt(options: CMakeFmtOptions = {}): Step {
    const { own, step } = readAction('cmake.fmt', options, { fix: flag(false) })
    const format = `xargs clang-format ${own.fix ? '-i' : '--dry-run --Werror'}`
    const command = inDirectory(this.path, `find . -not -path './build/*' \\( ${SOURCES} \\) | ${format}`)
    return actionStep(this.toolchain.installed, command, { label: ':cmake: fmt' }, step)
  }

  /** Returns the actions that usually check a change. */
  ci(): Step[] {
    return [this.test(), this.lint(), this.fmt()]
  }

  [LEAVES](): Leaves {
    return this.ci()
  }

  #afterBuild(name: string, command: string, step: ActionOptions): Step {
    return this.#action(name, `${buildCommand(this.#settings)} && ${command}`, step)
  }

  #action(name: string, command: string, step: ActionOptions): Step {
    return actionStep(this.built, command, { label: `:cmake: ${name}` }, step)
  }
}
