import { execFile } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { hasCode, isAbsent, readIfPresent } from '../src/system/files.ts'

const run = promisify(execFile)

/**
 * Returns an identifier for the commands of one test, `sleep N.MARK`. The same suite may run in
 * parallel.
 */
export function newMark(): string {
  return String(randomInt(1e8, 1e9))
}

/** Returns the ids of this machine's processes whose command line contains a text. */
export async function markedProcesses(mark: string): Promise<readonly number[]> {
  const found: number[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const line = (await readFile(`/proc/${name}/cmdline`, 'utf8')).split('\0')
      if (line[0] === 'sleep' && line[1]?.endsWith(`.${mark}`)) found.push(Number(name))
    } catch {
      // The process has ended meanwhile.
    }
  }
  return found
}

/**
 * Returns the processor time of all processes of a sandbox, including ended ones. Also returns the
 * length of the periods in which they ran, and the number of throttled periods.
 */
export async function processorUse(directory: string, id: string) {
  const record = await readFile(join(directory, 'sandboxes', id, 'sandbox.json'), 'utf8')
  const { groups } = JSON.parse(record) as { readonly groups: { readonly payload: string; readonly cpu: string } }
  const figure = async (group: string, name: string): Promise<number> =>
    Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(await readFile(join(group, 'cpu.stat'), 'utf8'))?.[1])
  return {
    seconds: (await figure(groups.payload, 'usage_usec')) / 1e6,
    // A period begins with the first use after a pause; the kernel does not count its beginning.
    periodSeconds: 0.1 * ((await figure(groups.cpu, 'nr_periods')) + 1),
    throttled: await figure(groups.cpu, 'nr_throttled'),
  }
}

/**
 * Returns the machine's names for a sandbox: its id, its control group, and its link. The link's
 * number distinguishes it from later links of that name.
 */
export async function namesOf(directory: string, id: string): Promise<readonly string[]> {
  const record = await readFile(join(directory, 'sandboxes', id, 'sandbox.json'), 'utf8')
  const { groups, link } = JSON.parse(record) as {
    readonly groups: { readonly top: string }
    readonly link: string | null
  }
  const number = link === null ? undefined : linkNumber(link)
  return [id, groups.top, ...(number === undefined ? [] : [`${number}: ${link}@`])]
}

/** Returns the number of a link; undefined once it disappears with the sandbox's last process. */
function linkNumber(link: string): string | undefined {
  try {
    return readIfPresent(`/sys/class/net/${link}/ifindex`)?.trim()
  } catch (error) {
    // The kernel is removing the link.
    if (hasCode(error, 'EINVAL')) return undefined
    throw error
  }
}

/** Returns the files below a directory that contain a text. */
export async function filesWith(text: string, directory: string): Promise<readonly string[]> {
  const script = 'grep --recursive --files-with-matches --devices=skip --fixed-strings -e "$1" "$2" || test $? = 1'
  const { stdout } = await run('sh', ['-c', script, 'sh', text, directory])
  return lines(stdout)
}

/** Returns the directories below /dev/shm of the sandboxes with these ids. */
export async function inMemory(ids: readonly string[]): Promise<readonly string[]> {
  // Other users' entries may be unreadable.
  const theirs = ['-type', 'd', '!', '-readable', '-prune']
  const { stdout } = await run('find', [
    '/dev/shm',
    // Other processes may remove their entries meanwhile.
    '-ignore_readdir_race',
    '-maxdepth',
    '3',
    ...theirs,
    '-o',
    '-path',
    '*/harmont-*',
    '-print',
  ])
  return lines(stdout).filter((path) => ids.some((id) => path.endsWith(`/${id}`)))
}

/** Returns the prefix of this directory's link names: other drivers may use this machine. */
export async function linkPrefix(directory: string): Promise<string> {
  const { number } = JSON.parse(await readFile(join(directory, 'network.json'), 'utf8')) as { readonly number: number }
  return `hm${number}-`
}

/**
 * Returns everything that sandboxes may leave on the machine, as far as a directory's name or a
 * known prefix identifies it.
 */
export async function machineState(directory: string, prefix: string): Promise<Record<string, readonly string[]>> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8'))
    .split('\n')
    .filter((line) => /harmont|overlay/.test(line) || line.includes(directory))
  const roots = ['/sys/fs/cgroup', join(directory, 'pid-groups')]
  const groups = (await Promise.all(roots.map(foldersBelow))).flat().filter((path) => path.includes('harmont'))
  const { stdout: links } = await run('ip', ['-oneline', 'link', 'show'])
  const { stdout: processes } = await run('ps', ['-eo', 'pid=,args='])
  return {
    mounts,
    // Groups carry their maker's process id, because other drivers may use this machine.
    groups: groups.filter((path) => path.includes(`/${process.pid}-`)).toSorted(),
    links: lines(links).filter((line) => line.includes(` ${prefix}`)),
    processes: lines(processes).filter((line) => line.includes(directory)),
  }
}

/**
 * Lists the directories below a path. Skips directories that others remove meanwhile, such as
 * control groups, and directories that are closed to this user, such as root's under a strict
 * umask. Neither contains our files.
 */
async function foldersBelow(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    if (isAbsent(error) || hasCode(error, 'EACCES')) return []
    throw error
  })
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(path, name))
  return [...folders, ...(await Promise.all(folders.map(foldersBelow))).flat()]
}

function lines(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .toSorted()
}
