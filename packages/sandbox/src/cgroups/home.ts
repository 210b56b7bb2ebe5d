import { readFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { privilegeMode } from '../privilege/privilege-mode.ts'
import { hasCode } from '../system/files.ts'

/**
 * The control groups of one sandbox, as absolute paths. `payload` has the processes of the command,
 * `monitor` the processes that watch it. Plain data, stored in the sandbox's record.
 */
export interface Groups {
  /** In the v2 hierarchy, which has `cgroup.kill`. Holds `payload`, `monitor` and the services'. */
  readonly top: string
  readonly payload: string
  readonly monitor: string
  /**
   * Groups that a launcher joins concurrently. Each move waits for a grace period of the kernel [5
   * ms], which concurrent moves share.
   */
  readonly join: readonly string[]
  /** Groups to which the monitor moves, so that the payload's limits do not apply to it. */
  readonly leave: readonly string[]
  readonly memory: string
  readonly pids: string
  readonly cpu: string
  readonly flavour: 'v2' | 'hybrid' | 'pid'
}

/** The groups in which this process may make groups. */
export interface CgroupHome {
  readonly flavour: 'v2' | 'hybrid' | 'pid'
  /** In the v2 hierarchy. */
  readonly unified: string
  /** Directories of the v1 controllers; equal to `unified` if all controllers are v2. */
  readonly memory: string
  readonly pids: string
  readonly cpu: string
}

interface Hierarchy {
  readonly controllers: readonly string[]
  readonly path: string
}

/**
 * Finds the group in which a driver makes its groups. An ordinary user, who has no control groups,
 * gets directories below the driver's own. Undefined as for `findCgroupHome`.
 */
export function findHome(root: string): CgroupHome | undefined {
  return privilegeMode.kind === 'mapped' ? pidGroupHome(root) : findCgroupHome()
}

/**
 * Finds this process's own groups; see `v2Home` for an exception. Undefined if a controller, or the
 * hierarchy with `cgroup.kill`, is not mounted.
 */
export function findCgroupHome(): CgroupHome | undefined {
  const own = new Map<string, string>()
  for (const line of readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n')) {
    const [, controllers = '', path = '/'] = /^\d+:([^:]*):(.*)$/.exec(line) ?? []
    for (const controller of controllers.split(',')) own.set(controller, path)
  }
  const mounted: Hierarchy[] = []
  for (const line of readFileSync('/proc/self/mounts', 'utf8').split('\n')) {
    const [, path, type, options = ''] = line.split(' ')
    if (path === undefined) continue
    if (type === 'cgroup2') mounted.push({ controllers: [''], path })
    if (type === 'cgroup') mounted.push({ controllers: options.split(','), path })
  }
  const home = (controller: string, place: (mount: string, own: string) => string = join): string | undefined => {
    const path = mounted.find((hierarchy) => hierarchy.controllers.includes(controller))?.path
    const below = own.get(controller)
    return path === undefined || below === undefined ? undefined : place(path, below)
  }
  const memory = home('memory')
  const pids = home('pids')
  const cpu = home('cpu')
  const v1 = memory && pids && cpu ? { memory, pids, cpu } : undefined
  const unified = home('', v1 === undefined ? v2Home : join)
  if (unified === undefined) return undefined
  if (v1 !== undefined) return { flavour: 'hybrid', unified, ...v1 }
  return { flavour: 'v2', unified, memory: unified, pids: unified, cpu: unified }
}

/** Returns the directory that replaces control groups for a driver directory. */
function pidGroupHome(root: string): CgroupHome {
  const home = join(root, 'pid-groups')
  return { flavour: 'pid', unified: home, memory: home, pids: home, cpu: home }
}

/** Controllers that the limits of sandboxes need. */
const controllers = ['cpu', 'memory', 'pids']

/** Holds the server's own processes where they may not share a group with sandboxes. */
const serverGroup = 'harmont-server'

/**
 * Returns the group below which sandboxes get their groups on a machine with v2 only. A group with
 * processes cannot delegate controllers, and this process's group usually contains foreign
 * processes, such as a shell or sshd, which systemd could not restart. Therefore returns the
 * topmost mounted group, which the kernel exempts from this rule on the machine itself. For a
 * server started in `harmont-server` (systemd's DelegateSubgroup=), returns the parent of that
 * group, which is delegated to it.
 * @param mount where the hierarchy is mounted
 * @param own this process's group, as in /proc/self/cgroup
 */
export function v2Home(mount: string, own: string): string {
  return basename(own) === serverGroup ? resolve(join(mount, dirname(own))) : mount
}

/** Returns the required controllers that a v2 group lacks. */
export function lackingControllers(home: string): readonly string[] {
  const given = readFileSync(join(home, 'cgroup.controllers'), 'utf8').trim().split(' ')
  return controllers.filter((controller) => !given.includes(controller))
}

/** Makes nested groups that all delegate controllers. The first group exists already. */
export async function handDown(groups: readonly [string, ...string[]]): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      for (const group of groups) {
        await mkdir(group, { recursive: true })
        await writeFile(join(group, 'cgroup.subtree_control'), controllers.map((name) => `+${name}`).join(' '))
      }
      return
    } catch (error) {
      if (attempt === 20) throw error
      // In a container the topmost group is an ordinary one, which cannot delegate while it has
      // processes. The next attempt moves processes that were forked meanwhile.
      if (hasCode(error, 'EBUSY')) await moveProcesses(groups[0])
      // systemd revokes controllers that it did not delegate, until a group below delegates them
      // too.
      else if (!hasCode(error, 'ENOENT')) throw error
    }
  }
}

async function moveProcesses(home: string): Promise<void> {
  const server = join(home, serverGroup)
  await mkdir(server, { recursive: true })
  for (const pid of (await readFile(join(home, 'cgroup.procs'), 'utf8')).split('\n').filter(Boolean)) {
    try {
      await writeFile(join(server, 'cgroup.procs'), pid)
    } catch (error) {
      // The process has ended.
      if (!hasCode(error, 'ESRCH')) throw error
    }
  }
}
