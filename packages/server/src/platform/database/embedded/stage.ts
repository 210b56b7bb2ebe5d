/**
 * The environment of PostgreSQL's programs. They refuse to run as root, and other users must reach
 * neither them nor the data (a data directory below `/root`, with mode 0700). So under root they
 * run as an id without an account, in a mount namespace of their own, which shows both under short
 * paths, and a user list with a name for the id (`initdb` needs one). Nothing of it is visible
 * outside. Under an ordinary user they run as that user. In the user namespace for sandboxes of an
 * ordinary user, they run one namespace further in, where the user has its own id again.
 */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { chown } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { privilegeMode } from '@harmont/sandbox/privilege'

/** Outside the allocations of Debian and systemd, and of the ids of sandboxes. */
export const unprivilegedId = 60_907
const enterScript = fileURLToPath(new URL('./enter-stage.sh', import.meta.url))

export interface Stage {
  /** The state directory as the programs see it. */
  readonly state: string
  /**
   * The directory for PostgreSQL's shared memory. systemd empties /dev/shm for an ordinary user
   * when the last login ends.
   */
  readonly sharedMemory: 'posix' | 'mmap'
  /** Makes the id of the programs the owner of a path in the state directory. */
  own(path: string): Promise<void>
  /** Starts one of PostgreSQL's programs. */
  spawn(program: 'initdb' | 'postgres', args: readonly string[], options: SpawnOptions): ChildProcess
}

/** Returns the stage for programs below `native`, with the given state directory. */
export function makeStage(native: string, state: string): Stage {
  if (process.getuid?.() !== 0)
    return {
      state,
      sharedMemory: 'mmap',
      own: async () => {},
      spawn: (program, args, options) => spawn(join(native, 'bin', program), args, options),
    }
  if (privilegeMode.kind === 'mapped') {
    const asUser = ['--user', `--map-user=${privilegeMode.user}`, '--']
    return {
      state,
      sharedMemory: 'mmap',
      own: async () => {},
      spawn: (program, args, options) => spawn('unshare', [...asUser, join(native, 'bin', program), ...args], options),
    }
  }
  return {
    state: '/mnt/state',
    sharedMemory: 'posix',
    own: (path) => chown(path, unprivilegedId, unprivilegedId),
    spawn(program, args, options) {
      // Propagation `slave`: mounts that end outside, such as sandboxes', must end here too.
      const unshare = ['--mount', '--propagation', 'slave', 'sh', enterScript]
      return spawn('unshare', [...unshare, native, state, String(unprivilegedId), program, ...args], options)
    },
  }
}
