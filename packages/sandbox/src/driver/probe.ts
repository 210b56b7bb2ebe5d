import { access, constants, mkdir, statfs } from 'node:fs/promises'
import { release } from 'node:os'
import { dirname } from 'node:path'
import { findCgroupHome, lackingControllers } from '../cgroups/home.ts'
import { type RuntimeName, runtimes } from '../launch/runtimes/index.ts'
import { privilegeMode } from '../privilege/privilege-mode.ts'
import { lackingFor, userFacts } from '../privilege/user-facts.ts'
import { isAbsent, readIfPresent } from '../system/files.ts'
import { helperEnvironment, initProgram, isProgram, stage } from '../system/machine.ts'
import { run } from '../system/processes.ts'

export interface Probe {
  /** Sentences; empty if sandboxes work here. */
  readonly problems: readonly string[]
  /** The problem with the runtime: it is missing, or cannot start anything. */
  readonly runtimeProblem: string | undefined
  /** Debian packages that provide missing programs. */
  readonly packages: readonly string[]
}

/** Programs that the driver runs, and their Debian packages. */
const programs: Readonly<Record<string, string>> = {
  conmon: 'conmon',
  unshare: 'util-linux',
  nsenter: 'util-linux',
  flock: 'util-linux',
  mount: 'mount',
  ip: 'iproute2',
  perl: 'perl-base',
  git: 'git',
  du: 'coreutils',
  cp: 'coreutils',
  tar: 'tar',
  find: 'findutils',
  xargs: 'findutils',
  [initProgram]: 'tini',
}

const overlayMagic = 0x794c7630
/** Required for `lowerdir+=` with layers on id-mapped mounts. */
const oldestKernel: readonly [number, number] = [6, 5]

/** Returns the missing requirements for sandboxes below a directory with this runtime. */
export async function probe(directory: string, runtime: RuntimeName): Promise<Probe> {
  if (process.platform !== 'linux')
    return {
      problems: [`sandboxes need Linux; this is ${process.platform}`],
      runtimeProblem: undefined,
      packages: [],
    }
  const problems: string[] = []
  const isRoot = privilegeMode.kind === 'root'
  // If nothing were missing, the caller would already have entered a user namespace.
  if (privilegeMode.kind === 'user')
    problems.push(...lackingFor(await userFacts()).map(({ what, fix }) => `${what}: ${fix}`))
  if (privilegeMode.kind !== 'root' && runtime !== 'crun')
    problems.push(`${runtime} needs a runner started by root; HARMONT_OCI_RUNTIME=crun does not`)
  const missing = Object.keys(programs).filter((name) => !isProgram(name))
  const noRuntime = !isProgram(runtime)
  const packages = [...new Set(missing.map((program) => programs[program] ?? program)), ...(noRuntime ? [runtime] : [])]
  if (missing.length > 0)
    problems.push(
      `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing: apt-get install ${packages.join(' ')}`,
    )
  if (!hasOverlays() && !(isRoot && (await loadOverlays())))
    problems.push('the kernel has no overlayfs: modprobe overlay')
  if (isOlder(release(), oldestKernel))
    problems.push(`Linux ${oldestKernel.join('.')} or later is needed; this is ${release()}`)
  if (isRoot) problems.push(...(await cgroupProblems()))
  if (await liesOnOverlay(directory))
    problems.push(`${directory} is on an overlay file system, which cannot hold overlay layers: put it on a volume`)
  try {
    if (privilegeMode.kind !== 'user') await mkdir(stage, { recursive: true, mode: 0o755 })
  } catch (error) {
    problems.push(`cannot create ${stage}: ${error instanceof Error ? error.message : error}`)
  }
  const runtimeProblem = noRuntime
    ? `${runtime} is missing; it starts the commands of steps: apt-get install ${runtime}`
    : // Takes time, so only if nothing else is wrong.
      problems.length === 0
      ? await complaintOf(runtime)
      : undefined
  if (runtimeProblem !== undefined) problems.push(runtimeProblem)
  return { problems, runtimeProblem, packages }
}

/** Returns problems with control groups, which limit and kill root's sandboxes. */
async function cgroupProblems(): Promise<readonly string[]> {
  const home = findCgroupHome()
  if (home === undefined)
    return ['cgroup v2 is not mounted at /sys/fs/cgroup: without it a process tree cannot be killed reliably']
  if (!(await isWritable(home.unified))) return [`cannot create control groups below ${home.unified}`]
  const lacking = home.flavour === 'v2' ? lackingControllers(home.unified) : []
  if (lacking.length === 0) return []
  return [
    `control groups below ${home.unified} do not limit ${lacking.join(', ')}: check cgroup_disable= of the kernel, or the container`,
  ]
}

function hasOverlays(): boolean {
  return /^nodev\s+overlay$/m.test(readIfPresent('/proc/filesystems') ?? '')
}

/**
 * Loads the overlay module, which may not be loaded after a boot. Returns whether overlays work
 * now.
 */
async function loadOverlays(): Promise<boolean> {
  try {
    await run('modprobe', ['overlay'], { env: helperEnvironment })
  } catch {
    return false // Missing or not loadable: the caller reports it.
  }
  return hasOverlays()
}

async function complaintOf(runtime: RuntimeName): Promise<string | undefined> {
  try {
    await runtimes[runtime].trial()
    return undefined
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    const last = said.split('\n').at(-1) || String(error)
    return `${runtime} is installed but cannot start anything on this machine: ${last}`
  }
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
