import { access, constants, mkdir, statfs } from 'node:fs/promises'
import { release } from 'node:os'
import { dirname, join } from 'node:path'
import { findCgroupHome } from './cgroups.ts'
import { isAbsent, readIfPresent } from './files.ts'
import { stage } from './layout.ts'
import { initProgram } from './runtime-config.ts'

export interface Probe {
  /** Sentences; none when sandboxes work here. */
  readonly problems: readonly string[]
  /** Debian packages that would bring what is missing. */
  readonly packages: readonly string[]
}

/** Programs that the driver runs, with the Debian package that has each. */
const programs: Readonly<Record<string, string>> = {
  conmon: 'conmon',
  crun: 'crun',
  unshare: 'util-linux',
  nsenter: 'util-linux',
  flock: 'util-linux',
  mount: 'mount',
  ip: 'iproute2',
  git: 'git',
  du: 'coreutils',
  cp: 'coreutils',
  [initProgram]: 'tini',
}

const searchPath = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']
const overlayMagic = 0x794c7630
/** `lowerdir+=`, with layers on id-mapped mounts. */
const oldestKernel: readonly [number, number] = [6, 5]

/** Says what this machine lacks for sandboxes below a directory. */
export async function probe(directory: string): Promise<Probe> {
  if (process.platform !== 'linux')
    return { problems: [`sandboxes need Linux; this is ${process.platform}`], packages: [] }
  const problems: string[] = []
  if (process.getuid?.() !== 0)
    problems.push('sandboxes need a runner that is started by root; a job is never root outside its sandbox')
  const missing = (
    await Promise.all(Object.keys(programs).map(async (program) => ((await isProgram(program)) ? [] : [program])))
  ).flat()
  const packages = [...new Set(missing.map((program) => programs[program] ?? program))]
  if (missing.length > 0)
    problems.push(
      `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing: apt-get install ${packages.join(' ')}`,
    )
  if (!/^nodev\s+overlay$/m.test(readIfPresent('/proc/filesystems') ?? ''))
    problems.push('the kernel has no overlayfs: modprobe overlay')
  if (isOlder(release(), oldestKernel))
    problems.push(`Linux ${oldestKernel.join('.')} or later is needed; this is ${release()}`)
  const home = findCgroupHome()
  if (home === undefined)
    problems.push(
      'no v2 control groups are mounted (/sys/fs/cgroup): without them a process tree cannot be killed for certain',
    )
  else if (!(await isWritable(home.unified))) problems.push(`control groups cannot be made below ${home.unified}`)
  if (await liesOnOverlay(directory))
    problems.push(
      `${directory} lies on an overlay file system, which cannot hold the layers of another: put it on a volume`,
    )
  try {
    await mkdir(stage, { recursive: true, mode: 0o755 })
  } catch (error) {
    problems.push(`${stage} cannot be made: ${error instanceof Error ? error.message : error}`)
  }
  return { problems, packages }
}

async function isProgram(name: string): Promise<boolean> {
  for (const path of name.startsWith('/') ? [name] : searchPath.map((directory) => join(directory, name))) {
    try {
      await access(path, constants.X_OK)
      return true
    } catch (error) {
      if (!isAbsent(error)) throw error
    }
  }
  return false
}

async function isWritable(path: string): Promise<boolean> {
  try {
    await access(path, constants.W_OK)
    return true
  } catch {
    return false // EACCES or EROFS: both mean no.
  }
}

async function liesOnOverlay(directory: string): Promise<boolean> {
  for (let path = directory; ; path = dirname(path)) {
    try {
      return (await statfs(path)).type === overlayMagic
    } catch (error) {
      if (!isAbsent(error) || path === dirname(path)) throw error
    }
  }
}

function isOlder(version: string, [major, minor]: readonly [number, number]): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split('.').map((part) => Number.parseInt(part, 10))
  return ownMajor < major || (ownMajor === major && ownMinor < minor)
}
