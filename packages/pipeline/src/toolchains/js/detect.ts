import type { JsFiles } from './files.ts'
import type { JsRuntime, PackageManager } from './managers.ts'

/** The tools that a project's files select; undefined if they select none. */
export interface DetectedJs {
  readonly runtime: JsRuntime | undefined
  readonly pm: PackageManager | undefined
  /** The version of the package manager in package.json. */
  readonly pin: string | undefined
}

/** Reads the tools from the project's files: engines, then packageManager, then lock files. */
export function detectJs({ names, packageJson }: JsFiles): DetectedJs {
  const engine = (['bun', 'deno', 'node'] as const).find((name) => packageJson?.engines.includes(name))
  const named = namedManager(packageJson?.packageManager)
  const locked = lockedTools(names)
  const pm = engine === 'bun' ? 'bun' : (named?.pm ?? locked.pm)
  return { runtime: engine ?? locked.runtime, pm, pin: named?.pm === pm ? named?.pin : undefined }
}

function namedManager(text = ''): { readonly pm: PackageManager; readonly pin: string | undefined } | undefined {
  const [name, version = ''] = text.split('@', 2)
  // A `+` separates the version from the digest of the archive.
  const pin = version.split('+', 1)[0] || undefined
  switch (name) {
    case 'npm':
    case 'pnpm':
    case 'bun':
      return { pm: name, pin }
    case 'yarn':
      return { pm: Number.parseInt(version, 10) >= 2 ? 'yarn-berry' : 'yarn-classic', pin }
    default:
      return undefined
  }
}

function lockedTools(names: ReadonlySet<string>): Omit<DetectedJs, 'pin'> {
  if (names.has('bun.lock') || names.has('bun.lockb')) return { runtime: 'bun', pm: 'bun' }
  if (names.has('pnpm-lock.yaml')) return { runtime: undefined, pm: 'pnpm' }
  if (names.has('deno.lock')) return { runtime: 'deno', pm: undefined }
  if (names.has('package-lock.json')) return { runtime: undefined, pm: 'npm' }
  if (names.has('yarn.lock')) return { runtime: undefined, pm: 'yarn-classic' }
  return { runtime: undefined, pm: undefined }
}
