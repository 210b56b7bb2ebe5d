import { readFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { hasCode } from '../system/files.ts'

/** What the limits of sandboxes need. */
const controllers = ['cpu', 'memory', 'pids']

/** Holds a server's own processes, where they may not be in the group that holds sandboxes. */
const serverGroup = 'harmont-server'

/**
 * The group below which groups are made where all controllers are v2's. Only one without processes hands controllers down, and our own mostly has some that are
 * not ours: a shell, or sshd, which systemd could not start again. Hence the topmost that is mounted, which on the machine itself the kernel excepts; a server that
 * was started in `harmont-server` (systemd's DelegateSubgroup=) has been given the one above.
 * @param mount where the hierarchy is mounted
 * @param own this process's group in it, as in /proc/self/cgroup
 */
export function v2Home(mount: string, own: string): string {
  return basename(own) === serverGroup ? resolve(join(mount, dirname(own))) : mount
}

/** Those controllers that a group of the v2 hierarchy was not given itself. */
export function lackingControllers(home: string): readonly string[] {
  const given = readFileSync(join(home, 'cgroup.controllers'), 'utf8').trim().split(' ')
  return controllers.filter((controller) => !given.includes(controller))
}

/** Makes groups, each in the one before, and has all hand controllers down. The first is there already. */
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
      // The topmost group of a container is like any other. What its processes fork meanwhile is moved next time.
      if (hasCode(error, 'EBUSY')) await moveProcesses(groups[0])
      // Between two of our steps systemd has taken back what it did not hand down: it can until the group below does, too.
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
      // It has ended.
      if (!hasCode(error, 'ESRCH')) throw error
    }
  }
}
