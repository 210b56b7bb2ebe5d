import type { CommandName } from '../specs/index.ts'

/** Commands that use sandboxes or their results. */
const local: readonly CommandName[] = [
  'run',
  'watch',
  'retry',
  'shell',
  'exec',
  'logs',
  'status',
  'why',
  'history',
  'mcp',
  'cache ls',
  'cache du',
  'cache explain',
  'cache clean',
  'cache save',
  'cache restore',
  'image list',
  'image pull',
  'image import',
  'image rm',
]

/** Whether a command works on this machine's state, and so may run in the container. */
export function isLocal(name: CommandName): boolean {
  return local.includes(name)
}

interface Asked {
  readonly platform: NodeJS.Platform
  readonly driver: string | undefined
  readonly backend: 'local' | 'cloud'
  readonly flags: { readonly cloud?: unknown; readonly backend?: unknown; readonly pipeline?: unknown }
}

/**
 * Whether a local command runs in the container. Commands for the server run outside, where the
 * credentials are.
 */
export function runsInContainer(name: CommandName, { platform, driver, backend, flags }: Asked): boolean {
  // Windows paths do not exist in the container; WSL is Linux.
  if (platform === 'win32') return false
  if (platform === 'linux' && driver !== 'docker') return false
  return isLocal(name) && concernsThisMachine(name, { flags, backend })
}

/** Whether a command creates sandboxes in its own process. */
export function runsHere(name: CommandName, { platform, driver, backend, flags }: Asked): boolean {
  if (platform !== 'linux' || driver === 'docker') return false
  return isLocal(name) && concernsThisMachine(name, { flags, backend })
}

function concernsThisMachine(name: CommandName, { flags, backend }: Pick<Asked, 'flags' | 'backend'>): boolean {
  if (name === 'run') return flags.cloud !== true && (flags.backend ?? backend) !== 'cloud'
  return flags.pipeline === undefined
}
