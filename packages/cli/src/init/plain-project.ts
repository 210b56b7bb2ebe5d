import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Project } from './find-projects.ts'
import type { Folder } from './folder.ts'
import { manifestOf, objectOf, scriptsOf } from './manifest.ts'
import { plainPython } from './plain-python.ts'
import type { PlainChain, ProjectKind } from './project-kind.ts'

/**
 * Returns the plain form of a project: its tools' usual commands; the tools must be installed.
 * Throws exit 2 for files that do not parse.
 */
export function plainProject({ kind, folder }: Project): PlainChain {
  return PLAIN[kind](folder)
}

const PLAIN: Readonly<Record<ProjectKind, (folder: Folder) => PlainChain>> = {
  rust: () => steps(['test', 'cargo test']),
  go: () => steps(['build', 'go build ./...'], ['test', 'go test ./...'], ['vet', 'go vet ./...']),
  elixir: () => ({
    first: { label: 'deps', command: 'mix deps.get', onChange: ['mix.exs', 'mix.lock'] },
    steps: [{ label: 'test', command: 'mix test' }],
  }),
  zig: () => steps(['build', 'zig build'], ['test', 'zig build test']),
  cmake: () =>
    steps([
      'test',
      'cmake -S . -B build && cmake --build build --parallel $(nproc) && ctest --test-dir build --output-on-failure',
    ]),
  nextjs: plainJs,
  js: plainJs,
  python: plainPython,
  autotools: plainAutotools,
  make: plainMake,
  generic: () => steps(['test', "echo 'Replace this command with those that build and test the project.'"]),
}

function steps(...pairs: readonly (readonly [label: string, command: string])[]): PlainChain {
  return { steps: pairs.map(([label, command]) => ({ label, command })) }
}

interface Manager {
  readonly locks: readonly string[]
  readonly install: string
  readonly run: string
}

/** Package managers by lock file; the first match is used. */
const MANAGERS: readonly Manager[] = [
  { locks: ['bun.lock', 'bun.lockb'], install: 'bun install --frozen-lockfile', run: 'bun run' },
  { locks: ['pnpm-lock.yaml'], install: 'pnpm install --frozen-lockfile', run: 'pnpm run' },
  { locks: ['yarn.lock'], install: 'yarn install', run: 'yarn run' },
  { locks: ['package-lock.json', 'npm-shrinkwrap.json'], install: 'npm ci --no-audit --no-fund', run: 'npm run' },
]

const UNLOCKED: Manager = { locks: ['package.json'], install: 'npm install --no-audit --no-fund', run: 'npm run' }

/**
 * Installs the dependencies of package.json, if any, then runs its build, test, lint and typecheck
 * scripts.
 */
function plainJs(folder: Folder): PlainChain {
  const { names } = folder
  const manifest = manifestOf(folder)
  const manager = MANAGERS.find(({ locks }) => locks.some((lock) => names.has(lock))) ?? UNLOCKED
  const steps = scriptsOf(manifest).map((script) => ({ label: script, command: `${manager.run} ${script}` }))
  const needs = ['dependencies', 'devDependencies', 'optionalDependencies', 'workspaces']
  if (!needs.some((need) => Object.keys(objectOf(manifest[need])).length > 0))
    return { steps: steps.length > 0 ? steps : [{ label: 'test', command: 'node --test' }] }
  const onChange = ['package.json', ...manager.locks.filter((lock) => lock !== 'package.json' && names.has(lock))]
  return { first: { label: 'deps', command: manager.install, onChange }, steps }
}

/** Runs the build of a Makefile, then its tests, if it has targets for them. */
function plainMake({ texts }: Folder): PlainChain {
  // make uses the first of these files.
  const targets = targetsOf(['GNUmakefile', 'makefile', 'Makefile'].map((name) => texts.get(name)).find(isText) ?? '')
  const test = ['check', 'test', 'tests'].find((target) => targets.has(target))
  const build = ['all', 'build'].find((target) => targets.has(target))
  if (test === undefined)
    return { steps: [{ label: 'build', command: build === undefined ? 'make' : `make ${build}` }] }
  const steps = [{ label: 'test', command: `make ${test}` }]
  return build === undefined ? { steps } : { first: builtBy(`make ${build}`), steps }
}

/** Configures and builds, then runs `make check` if available. */
function plainAutotools({ names, texts }: Folder): PlainChain {
  const build = builtBy(`${configure(names)} && make`)
  const targets = targetsOf(texts.get('Makefile.in') ?? '')
  // Automake adds a `check` target to every Makefile.
  const test = names.has('Makefile.am') ? 'check' : ['check', 'test'].find((target) => targets.has(target))
  if (test === undefined) return { steps: [{ label: build.label, command: build.command }] }
  return { first: build, steps: [{ label: 'test', command: `make ${test}` }] }
}

function builtBy(command: string) {
  return { label: 'build', command, onChange: ['.'] }
}

function configure(names: ReadonlySet<string>): string {
  if (names.has('configure')) return './configure'
  const script = ['autogen.sh', 'bootstrap', 'bootstrap.sh'].find((name) => names.has(name))
  // Some scripts run configure themselves unless this is set.
  return script === undefined ? 'autoreconf -fi && ./configure' : `NOCONFIGURE=1 ./${script} && ./configure`
}

function targetsOf(makefile: string): ReadonlySet<string> {
  const rules = makefile.matchAll(/^([A-Za-z0-9_.][A-Za-z0-9_. -]*?)\s*::?(?!=)/gm)
  return new Set([...rules].flatMap(([, names = '']) => names.split(/\s+/)))
}

function isText(value: string | undefined): value is string {
  return value !== undefined
}

/** The PATH of a step on the base `host`. */
const STEP_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

/**
 * Lists programs that steps on this machine would call but not find, even if the user has them
 * elsewhere.
 */
export function missingTools(chains: readonly PlainChain[], path: readonly string[] = STEP_PATH): string[] {
  const commands = chains.flatMap(({ first, steps }) => [...(first === undefined ? [] : [first]), ...steps])
  const programs = new Set(commands.flatMap(({ command }) => programsOf(command)))
  return [...programs].filter((name) => !path.some((folder) => existsSync(join(folder, name))))
}

/**
 * Returns the first word of each command of a line, after any variable assignments. Omits paths,
 * which are the project's own programs.
 */
function programsOf(line: string): string[] {
  return line
    .split(' && ')
    .flatMap((command) => command.split(' ').find((word) => !/^\w+=/.test(word)) ?? [])
    .filter((word) => !word.includes('/') && word !== 'echo')
}
