import type { CachePolicy } from '../../cache.ts'
import { inDirectory, quote, quoteValue } from '../../quote.ts'
import { membersOf, wrongUse } from '../../wrong-use.ts'
import type { EntryOptions } from '../install-step.ts'
import { cache, flag, form, path, type Reader, text, word, wordOr } from '../option-readers.ts'

type Generator = 'ninja' | 'make'

export interface CMakeToolchainOptions extends Omit<EntryOptions, 'path'> {
  /** `gcc` or `clang`, optionally with a version: `clang-18`. */
  readonly compiler?: string
  /** True by default. */
  readonly ccache?: boolean
  /** By default `ninja`. */
  readonly generator?: Generator
}

interface CMakeProjectBase {
  readonly path?: string
  /** Installs the packages of the project's vcpkg.json. */
  readonly deps?: 'vcpkg'
  /** The target to build; by default everything. */
  readonly target?: string
  /** The cache policy of the warm-up; by default, it is kept until CMakeLists.txt changes. */
  readonly cache?: CachePolicy
}

/** A preset replaces generator, compiler and defines. Its build directory is `build`. */
export type CMakeProjectOptions = CMakeProjectBase &
  (
    | { readonly preset: string; readonly defines?: never }
    | { readonly preset?: never; readonly defines?: Readonly<Record<string, string | number | boolean>> }
  )

export type CMakeOptions = CMakeToolchainOptions & CMakeProjectOptions

/** A compiler, by the names of its Debian packages and programs. */
export interface Compiler {
  readonly family: 'gcc' | 'clang'
  /** `-18`, or nothing for the default version. */
  readonly suffix: string
}

/** The compiler and tools of the toolchain. */
export interface CMakeTools {
  readonly compiler: Compiler | undefined
  readonly ccache: boolean
  readonly generator: Generator
}

/** The settings of a project. */
export interface CMakeSettings {
  readonly path: string
  readonly preset: string | undefined
  readonly defines: readonly (readonly [string, string])[]
  readonly vcpkg: boolean
  readonly target: string | undefined
}

export function compilerOf(name: string): Compiler {
  const family = name.startsWith('gcc') ? 'gcc' : 'clang'
  return { family, suffix: name.slice(family.length) }
}

/** Returns the Debian packages. */
export function packagesFor({ compiler, ccache, generator }: CMakeTools): string[] {
  return [
    ...['cmake', 'build-essential', 'pkg-config'],
    ...(generator === 'ninja' ? ['ninja-build'] : []),
    ...(ccache ? ['ccache'] : []),
    ...['clang-format', 'clang-tidy'],
    ...(compiler === undefined
      ? []
      : (compiler.family === 'gcc' ? ['gcc', 'g++'] : ['clang', 'lld']).map((name) => `${name}${compiler.suffix}`)),
  ]
}

/** Returns a command that fails if a tool is missing. */
export function verifyCommand({ compiler, ccache, generator }: CMakeTools): string {
  const tools = [
    'cmake',
    ...(generator === 'ninja' ? ['ninja'] : []),
    ...(ccache ? ['ccache'] : []),
    ...(compiler === undefined ? [] : [`${compiler.family}${compiler.suffix}`]),
  ]
  return tools.map((tool) => `${tool} --version`).join(' && ')
}

/** Returns the command that configures and builds in the project's directory. */
export function warmupCommand(tools: CMakeTools, settings: CMakeSettings): string {
  const { path, preset, vcpkg, target } = settings
  const words =
    preset === undefined
      ? configureWords(tools, settings)
      : [`cmake --preset ${quoteValue(preset)}`, ...vcpkgWords(vcpkg)]
  return inDirectory(path, `${words.join(' ')} && ${buildWords('build', target)}`)
}

/** Returns the command that builds the configured project from the workspace. */
export function buildCommand({ path, target }: CMakeSettings): string {
  return buildWords(`${quote(path)}/build`, target)
}

/** Returns the command that installs vcpkg and the packages of the project's vcpkg.json. */
export function vcpkgCommand(path: string): string {
  return [
    'apt-get update',
    'apt-get install -y git curl zip unzip tar',
    'git clone https://github.com/microsoft/vcpkg.git /opt/vcpkg',
    // vcpkg provides its own tools only for x64.
    'if [ "$(uname -m)" != x86_64 ]; then export VCPKG_FORCE_SYSTEM_BINARIES=1; fi',
    '/opt/vcpkg/bootstrap-vcpkg.sh -disableMetrics',
    inDirectory(path, '/opt/vcpkg/vcpkg install'),
  ].join(' && ')
}

function configureWords({ compiler, ccache, generator }: CMakeTools, { defines, vcpkg }: CMakeSettings): string[] {
  return [
    `cmake -S . -B build -G ${generator === 'ninja' ? 'Ninja' : "'Unix Makefiles'"} -DCMAKE_EXPORT_COMPILE_COMMANDS=ON`,
    ...(ccache ? ['-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache'] : []),
    ...(compiler === undefined ? [] : [compilerWords(compiler)]),
    ...vcpkgWords(vcpkg),
    ...defines.map(([name, value]) => quoteValue(`-D${name}=${value}`)),
  ]
}

function compilerWords({ family, suffix }: Compiler): string {
  const cxx = family === 'gcc' ? 'g++' : 'clang++'
  return `-DCMAKE_C_COMPILER=${family}${suffix} -DCMAKE_CXX_COMPILER=${cxx}${suffix}`
}

// The previous step installed the packages, so vcpkg must not run again during cmake's
// configuration.
function vcpkgWords(wanted: boolean): string[] {
  if (!wanted) return []
  return [
    '-DCMAKE_TOOLCHAIN_FILE=/opt/vcpkg/scripts/buildsystems/vcpkg.cmake',
    '-DVCPKG_MANIFEST_INSTALL=OFF',
    '"-DVCPKG_INSTALLED_DIR=$PWD/vcpkg_installed"',
  ]
}

function buildWords(directory: string, target: string | undefined): string {
  return `cmake --build ${directory} --parallel $(nproc)${target === undefined ? '' : ` --target ${quoteValue(target)}`}`
}

const defines: Reader<readonly (readonly [string, string])[]> = (where, value) =>
  value === undefined ? [] : membersOf(where, value).map(([name, entry]) => [name, define(`${where}, ${name}`, entry)])

function define(where: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'ON' : 'OFF'
  if (typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value))) return String(value)
  throw wrongUse(where, 'a string, a number or a boolean', value, 'Write the value as a string.')
}

/** The option readers of the toolchain, and of a project. */
export const TOOLCHAIN = {
  compiler: form(/^(gcc|clang)(-\d+)?$/, 'a compiler such as "gcc", "gcc-14", "clang" or "clang-18"'),
  ccache: flag(true),
  generator: wordOr(['ninja', 'make'], 'ninja'),
} as const

export const PROJECT = { path, preset: text, defines, deps: word(['vcpkg']), target: text, cache } as const
