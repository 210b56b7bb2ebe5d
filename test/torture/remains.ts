/** What of sandboxes is still on the machine, of one data directory. */
import { createHash } from 'node:crypto'
import { type Dirent, existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '@harmont/test-kit/until'

/** Waits until nothing is found. Not as often as others look: it is a look at all processes of the machine. */
export async function untilEmpty(find: () => readonly string[]): Promise<void> {
  await until(find, ({ length }) => length === 0, { restMs: 200 })
}

/** After the end of every job, while the server runs: it keeps launchers in store. */
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
    // Besides crun's own, for all that it will ever run.
    ...inMemory('crun').filter((name) => !name.endsWith('/.cache')),
    ...listed('snapshots').filter((name) => !existsSync(join(root, name, 'snapshot.json'))),
  ]
}

/** Where what sandboxes lose at a boot is. */
export function memoryOf(directory: string): string {
  return `/dev/shm/harmont-${tagOf(directory)}-passing`
}

/** What its control groups are named after. */
export function tagOf(directory: string): string {
  const root = realpathSync(join(directory, 'sandboxes'))
  return createHash('sha256').update(root).digest('hex').slice(0, 8)
}

/** Processes of commands, by their ids. Not those that the driver keeps ready for the next sandboxes: they wait in their groups, and have no command. */
export function commandProcesses(directory: string): readonly string[] {
  const payload = new RegExp(`harmont-${tagOf(directory)}/[^/]+/payload`)
  const isReady = (pid: string) => ofProcess(pid, 'cmdline').includes('launcher.sh')
  return readdirSync('/proc').filter(
    (pid) => /^\d+$/.test(pid) && payload.test(ofProcess(pid, 'cgroup')) && !isReady(pid),
  )
}

/** After the end of the server besides: nothing may be left of anything. */
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
    // Goes last, after the links and the rules of its networks.
    ...(existsSync(join(directory, 'sandboxes', 'network.json')) ? ['networks of sandboxes'] : []),
  ]
}

/** Those that name the directory in their command line, and those that stand in a control group of a sandbox. */
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
    // It has ended meanwhile.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return ''
    throw error
  }
}

/** The entries of a directory; none when it has gone meanwhile. */
function entriesOf(path: string): readonly Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

export function controlGroups(tag: string): readonly string[] {
  // Other tests make and remove groups beside ours.
  const find = (path: string, depth: number): readonly string[] =>
    entriesOf(path).flatMap((entry) => {
      const below = join(path, entry.name)
      if (!entry.isDirectory()) return []
      if (entry.name === `harmont-${tag}`) return [below]
      return depth > 0 ? find(below, depth - 1) : []
    })
  return find('/sys/fs/cgroup', 5)
}
