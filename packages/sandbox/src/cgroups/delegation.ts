import { readFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { hasCode } from '../system/files.ts'

/** Controllers that the limits of sandboxes need. */
const controllers = ['cpu', 'memory', 'pids']

/** Holds the server's own processes if they may not share a group with sandboxes. */
const serverGroup = 'harmont-server'

/**
 * Returns the group below which sandboxes get theirs on a machine with v2 only. A group with
 * processes cannot delegate controllers, and ours usually contains foreign ones, such as a shell or
 * sshd, which systemd could not restart. So this is the topmost mounted group, which the kernel
 * exempts on the machine itself. A server started in `harmont-server` (systemd's DelegateSubgroup=)
 * was delegated the parent of that group.
 * @param mount where the hierarchy is mounted
 * @param own this process's group, as in /proc/self/cgroup
 */
export function v2Home(mount: string, own: string): string {
  return basename(own) === serverGroup ? resolve(join(mount, dirname(own))) : mount
}

/** Returns the needed controllers that a v2 group does not have. */
export function lackingControllers(home: string): readonly string[] {
  const given = readFileSync(join(home, 'cgroup.controllers'), 'utf8').trim().split(' ')
  return controllers.filter((controller) => !given.includes(controller))
}

/** Makes nested groups that all delegate controllers. The first one exists already. */
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
      // In a container the topmost group is an ordinary one. Processes forked meanwhile are moved
      // at the next attempt.
      if (hasCode(error, 'EBUSY')) await moveProcesses(groups[0])
      // systemd revokes what it did not delegate, until a group below delegates it too.
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
