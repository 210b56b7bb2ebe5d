/** Finds remains of the sandboxes of one data directory on the machine. */
import { createHash } from 'node:crypto'
import { type Dirent, existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '@harmont/test-kit/until'

/**
 * Waits until no remains are found. Polls rarely, because each check reads all processes of the
 * machine.
 */
export async function untilEmpty(find: () => readonly string[]): Promise<void> {
  await until(find, ({ length }) => length === 0, { restMs: 200 })
}

/**
 * Returns remains that must vanish after all jobs even while the server runs. Its spare launchers
 * may stay.
 */
export function sandboxRemains(directory: string): readonly string[] {
  const root = join(directory, 'sandboxes')
  const listed = (name: string) => readdirSync(join(root, name)).map((each) => `${name}/${each}`)
  const inMemory = (name: string) => {
    const path = join(memoryOf(directory), name)
    return existsSync(path) ? readdirSync(path).map((each) => `${path}/${each}`) : []
  }
  return [
    ...listed('sandboxes'),
    ...listed('trash'),
    ...inMemory('states'),
    // Skips crun's own group.
    ...inMemory('crun').filter((name) => !name.endsWith('/.cache')),
    ...listed('snapshots').filter((name) => !existsSync(join(root, name, 'snapshot.json'))),
  ]
}

/** Directory of the sandboxes' state in memory, which does not survive a reboot. */
export function memoryOf(directory: string): string {
  return `/dev/shm/harmont-${tagOf(directory)}-passing`
}

/** Returns the prefix of the directory's control groups. */
export function tagOf(directory: string): string {
  const root = realpathSync(join(directory, 'sandboxes'))
  return createHash('sha256').update(root).digest('hex').slice(0, 8)
}

/**
 * Returns the ids of processes of commands. Spare processes of the driver, which wait in their
 * groups without a command, do not count.
 */
export function commandProcesses(directory: string): readonly string[] {
  const payload = new RegExp(`harmont-${tagOf(directory)}/[^/]+/payload`)
  const isReady = (pid: string) => ofProcess(pid, 'cmdline').includes('launcher.sh')
  return readdirSync('/proc').filter(
    (pid) => /^\d+$/.test(pid) && payload.test(ofProcess(pid, 'cgroup')) && !isReady(pid),
  )
}

/** Returns all remains, for checks after the end of the server, when nothing may be left. */
export function allRemains(directory: string): readonly string[] {
  const tag = tagOf(directory)
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
  return [
    ...sandboxRemains(directory),
    ...processesOf(directory, tag),
    ...mounts.filter((line) => line.includes(directory)),
    ...controlGroups(tag),
    ...(existsSync(`/dev/shm/harmont-${tag}`) ? [`/dev/shm/harmont-${tag}`] : []),
    ...(existsSync(memoryOf(directory)) ? readdirSync(memoryOf(directory)) : []),
    // The file is removed last, after the links and rules of the networks.
    ...(existsSync(join(directory, 'sandboxes', 'network.json')) ? ['networks of sandboxes'] : []),
  ]
}

/**
 * Returns processes with the directory in their command line, and those in a control group of a
 * sandbox.
 */
function processesOf(directory: string, tag: string): readonly string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    const words = ofProcess(pid, 'cmdline').replaceAll('\0', ' ').trim()
    const isOurs = words.includes(directory) || ofProcess(pid, 'cgroup').includes(`harmont-${tag}`)
    return isOurs ? [`process ${pid}: ${words.slice(0, 200)}`] : []
  })
}

function ofProcess(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch (error) {
    // It ended meanwhile.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return ''
    throw error
  }
}

/** Returns the entries of a directory; none if it vanished meanwhile. */
function entriesOf(path: string): readonly Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

export function controlGroups(tag: string): readonly string[] {
  // Other tests create and remove adjacent groups.
  const find = (path: string, depth: number): readonly string[] =>
    entriesOf(path).flatMap((entry) => {
      const below = join(path, entry.name)
      if (!entry.isDirectory()) return []
      if (entry.name === `harmont-${tag}` || entry.name === `harmont-${tag}-guard`) return [below]
      return depth > 0 ? find(below, depth - 1) : []
    })
  return find('/sys/fs/cgroup', 5)
}
