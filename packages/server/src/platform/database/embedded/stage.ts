/**
 * Where PostgreSQL's programs run. They refuse to run as root, and neither they nor the data may be reachable for another user (a data directory below
 * `/root`, made with mode 0700). So under root they run as an id that no account has, in a mount namespace of their own, which shows both under
 * short paths and a user list with a name for the id (`initdb` asks for one). Nothing of it is seen outside, and no account is made. Under an
 * ordinary user they run as that user, where they are. In the user namespace in which an ordinary user makes sandboxes, that is one namespace further in, where
 * the user has its own id again.
 */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { chown } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { privilegeMode } from '@harmont/sandbox/privilege'

/** Outside of Debian's and systemd's allocations and of the ids that sandboxes are mapped to. */
const unprivilegedId = 60_907
const enterScript = fileURLToPath(new URL('./enter-stage.sh', import.meta.url))

export interface Stage {
  /** The state directory as the programs see it. */
  readonly state: string
  /** Where PostgreSQL's processes share memory: what an ordinary user has in /dev/shm systemd removes when the last login of the user ends. */
  readonly sharedMemory: 'posix' | 'mmap'
  /** Makes a path of the state directory the programs' own. */
  own(path: string): Promise<void>
  /** Starts one of PostgreSQL's programs. */
  spawn(program: 'initdb' | 'postgres', args: readonly string[], options: SpawnOptions): ChildProcess
}

/** The stage for programs below `native`, with the given state directory. */
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
      // Propagation `slave`: mounts that end outside, sandboxes' above all, must end here too.
      const unshare = ['--mount', '--propagation', 'slave', 'sh', enterScript]
      return spawn('unshare', [...unshare, native, state, String(unprivilegedId), program, ...args], options)
    },
  }
}
