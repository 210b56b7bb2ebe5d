/**
 * The environment of PostgreSQL's programs. The programs refuse to run as root, but another user
 * may not be able to reach them or the data, for example in a data directory below `/root` with
 * mode 0700. Under root they therefore run as an id without an account, in a private mount
 * namespace. It shows programs and data under short paths, and a user list with a name for the id,
 * which `initdb` needs. Under an ordinary user they run as that user. In the user namespace for
 * sandboxes of an ordinary user, they run in a nested namespace, where the user has its own id
 * again.
 */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { chown } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { privilegeMode } from '@harmont/sandbox/privilege'

/** An id outside the allocations of Debian, systemd and sandboxes. */
export const unprivilegedId = 60_907
const enterScript = fileURLToPath(new URL('./enter-stage.sh', import.meta.url))

export interface Stage {
  /** The path of the state directory for the programs. */
  readonly state: string
  /**
   * The kind of PostgreSQL's shared memory. systemd removes an ordinary user's files in /dev/shm
   * when their last login ends.
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
