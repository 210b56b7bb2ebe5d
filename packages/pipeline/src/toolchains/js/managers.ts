import { quoteValue } from '../../quote.ts'
import { wrongUse } from '../../wrong-use.ts'

export type JsRuntime = 'node' | 'bun' | 'deno'
export type PackageManager = 'npm' | 'pnpm' | 'yarn-classic' | 'yarn-berry' | 'bun'
/** The program that installs dependencies and runs scripts. Deno does both itself. */
export type Installer = PackageManager | 'deno'

interface Verbs {
  readonly lock: string
  /** Installs exactly the versions of the lock file. */
  readonly locked: string
  /** Installs without a lock file. */
  readonly unlocked: string
  /** Runs a script. */
  readonly run: string
  /** The separator between a script and its arguments. */
  readonly separator: string
}

const yarn = { lock: 'yarn.lock', unlocked: 'yarn install', run: 'yarn run', separator: ' ' }

export const INSTALLERS: Readonly<Record<Installer, Verbs>> = {
  npm: { lock: 'package-lock.json', locked: 'npm ci', unlocked: 'npm install', run: 'npm run', separator: ' -- ' },
  pnpm: {
    lock: 'pnpm-lock.yaml',
    locked: 'pnpm install --frozen-lockfile',
    unlocked: 'pnpm install',
    run: 'pnpm run',
    separator: ' ',
  },
  'yarn-classic': { ...yarn, locked: 'yarn install --frozen-lockfile' },
  'yarn-berry': { ...yarn, locked: 'yarn install --immutable' },
  bun: {
    lock: 'bun.lock',
    locked: 'bun install --frozen-lockfile',
    unlocked: 'bun install',
    run: 'bun run',
    separator: ' ',
  },
  deno: { lock: 'deno.lock', locked: 'deno install', unlocked: 'deno install', run: 'deno task', separator: ' ' },
}

/** Returns the command that installs a runtime on an image. */
export function runtimeCommand(runtime: JsRuntime, version: string | undefined): string {
  switch (runtime) {
    case 'node':
      return `curl -fsSL https://deb.nodesource.com/setup_${nodeMajor(version)}.x | bash - && apt-get install -y nodejs`
    case 'bun':
      return bunCommand(version)
    case 'deno':
      return `curl -fsSL https://deno.land/install.sh | sh${version === undefined ? '' : ` -s "v${version}"`} && ln -sf $HOME/.deno/bin/deno /usr/local/bin/deno`
  }
}

/**
 * Returns the command that installs a package manager beside Node.js; undefined for npm, which
 * Node.js includes. `pin` is the version in package.json.
 */
export function managerCommand(
  where: string,
  pm: PackageManager,
  pin: string | undefined,
  nodeVersion: string | undefined,
): string | undefined {
  switch (pm) {
    case 'npm':
      return undefined
    case 'bun':
      return bunCommand(pin === undefined ? undefined : bunPin(where, pin))
    case 'pnpm':
      return corepack(nodeVersion, 'corepack enable pnpm', pin && `pnpm@${pin}`)
    case 'yarn-classic':
    case 'yarn-berry':
      return pin === undefined
        ? corepack(nodeVersion, 'corepack enable', undefined)
        : corepack(nodeVersion, 'corepack enable yarn', `yarn@${pin}`)
  }
}

/**
 * Returns the version of bun that package.json pins, after checking it, because it becomes part of
 * a command.
 */
export function bunPin(where: string, pin: string): string {
  if (/^\d+\.\d+(\.\d+)?$/.test(pin)) return pin
  throw wrongUse(where, 'a packageManager of package.json such as "bun@1.3.1"', `bun@${pin}`, 'Pin a version.')
}

function bunCommand(version: string | undefined): string {
  const words = version === undefined ? '' : ` -s "bun-v${version}"`
  return `curl -fsSL https://bun.sh/install | BUN_INSTALL=/usr/local bash${words}`
}

// Node.js includes corepack up to version 24.
function corepack(nodeVersion: string | undefined, enable: string, pinned: string | undefined): string {
  const get = nodeMajor(nodeVersion) >= 25 ? 'npm install -g corepack && ' : ''
  return `${get}${enable}${pinned === undefined ? '' : ` && corepack install -g ${quoteValue(pinned)}`}`
}

function nodeMajor(version = '22'): number {
  return Number.parseInt(version, 10)
}
