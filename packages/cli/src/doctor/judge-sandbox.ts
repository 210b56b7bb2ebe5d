import { type Check, checksOf } from './check.ts'

export interface SandboxFacts {
  readonly kernel: string
  readonly cgroups: 'v2' | 'hybrid' | 'v1' | 'none'
  /** The OCI runtime, such as `crun 1.21`; undefined if missing. */
  readonly runtime: string | undefined
  /** The container monitor, such as `conmon 2.1`; undefined if missing. */
  readonly monitor: string | undefined
  /** undefined for root. */
  readonly user: UserFacts | undefined
  /** Messages of the driver's own probe; none if it finds all requirements. */
  readonly problems: readonly string[]
  /** Missing Debian packages. */
  readonly packages: readonly string[]
  /** /proc/sys/user/max_user_namespaces. */
  readonly userNamespaces: number | undefined
  readonly inotifyInstances: number | undefined
  readonly openFiles: number | undefined
  /** undefined if not tried, because the driver lacks a requirement. */
  readonly step: StepFacts | undefined
  /** Whether copies share disk space; undefined if no step was tried. */
  readonly sharesCopies: boolean | undefined
}

/** The outcome of a real step that prints a line. */
export type StepFacts =
  | {
      readonly ok: true
      readonly milliseconds: number
      /** Reasons why steps have no network, one sentence each; empty if they have it. */
      readonly networkProblems: readonly string[]
    }
  | { readonly ok: false; readonly message: string }

const { ok, warning, failure } = checksOf('sandbox')
const layouts = {
  v2: 'v2 only',
  hybrid: 'hybrid: v1 controllers beside v2',
  v1: 'v1 only, which cannot reliably kill a process tree',
  none: 'none',
} as const
const elsewhere = 'hm run --cloud needs no sandboxes here'

export function judgeSandbox(facts: SandboxFacts): Check[] {
  return [
    ok('kernel', `Linux ${facts.kernel}`),
    // The driver's probe checks whether groups can be created there.
    ok('control groups', layouts[facts.cgroups]),
    ...facts.problems.map((problem) => {
      const [found = problem, command] = problem.split(/: (?=apt-get |modprobe |sudo )/)
      const asRoot = facts.user !== undefined && command?.startsWith('sudo ') === false ? `sudo ${command}` : command
      return failure('driver', found, asRoot ?? fixOf(problem, facts))
    }),
    ...(facts.problems.length === 0
      ? [ok('driver', `oci: ${facts.runtime}, ${facts.monitor}, overlayfs and everything else found`)]
      : []),
    ...limit('user namespaces', facts.userNamespaces, 100, 'sysctl -w user.max_user_namespaces=15000'),
    ...limit('inotify', facts.inotifyInstances, 128, 'sysctl -w fs.inotify.max_user_instances=512'),
    ...limit('open files', facts.openFiles, 1024, 'ulimit -n 65536'),
    ...realStep(facts.step),
    ...copies(facts.sharesCopies),
    ...(facts.user === undefined ? [] : judgeUser(facts.user)),
  ]
}

/**
 * Neither result is a problem, because only large files of a service's snapshot make a difference.
 */
function copies(isShared: boolean | undefined): Check[] {
  if (isShared === undefined) return []
  if (isShared) return [ok('copies', 'files of snapshots share disk space with their copies (reflinks)')]
  return [
    ok(
      'copies',
      'no reflinks: each copy of a service’s database copies the files that it opens; XFS and btrfs have them',
    ),
  ]
}

/** Returns the check of a platform without sandboxes. */
export function judgeOtherPlatform(platform: string): Check[] {
  return [
    failure(
      'driver',
      `steps run in Linux sandboxes; this is ${platform}`,
      'hm run --cloud, or hm in a privileged Linux container with the project mounted',
    ),
  ]
}

function fixOf(problem: string, { packages, user }: SandboxFacts): string {
  if (problem.includes('started by root') && user !== undefined) return waysOf(user)
  if (problem.includes('overlay file system')) return 'HM_CACHE_DIR=/a/directory/on/a/volume'
  return packages.length > 0 ? `apt-get install ${packages.join(' ')}` : elsewhere
}

function limit(name: string, value: number | undefined, least: number, fix: string): Check[] {
  if (value === undefined) return []
  if (value === 0) return [failure(name, 'none allowed', fix)]
  return [value < least ? warning(name, `at most ${value}, which is low`, fix) : ok(name, `up to ${value}`)]
}

function realStep(step: StepFacts | undefined): Check[] {
  const name = 'a real step'
  if (step === undefined) return [warning(name, 'not tried: the driver is incomplete', 'see the driver check above')]
  if (!step.ok) return [failure(name, step.message, elsewhere)]
  return [
    ok(name, `printed its line after ${step.milliseconds} ms`),
    ...(step.networkProblems.length === 0
      ? [ok('step network', 'reaches the internet')]
      : step.networkProblems.map((problem) =>
          warning(
            'step network',
            `none: ${problem}`,
            problem.includes('need root') ? 'sudo hm run' : 'apt-get install nftables iproute2',
          ),
        )),
  ]
}

/** An ordinary Linux user. */
export interface UserFacts {
  readonly name: string
  /** Whether this process is in a namespace where it creates sandboxes. */
  readonly isMapped: boolean
  /** Whether Docker responds to this user. */
  readonly hasDocker: boolean
}

/** Returns the alternatives for an ordinary user. */
function waysOf({ hasDocker }: UserFacts): string {
  return hasDocker
    ? 'hm config set sandbox.driver docker, or sudo hm run, or hm run --cloud'
    : 'sudo hm run, or hm run --cloud'
}

/**
 * Lists the capabilities and limits of sandboxes without root. The driver's own probe reports
 * missing requirements.
 */
function judgeUser({ name, isMapped }: UserFacts): Check[] {
  if (!isMapped) return []
  return [
    ok('ordinary user', `steps of ${name} run in a user namespace with ids from /etc/subuid`),
    warning(
      'step limits',
      'processes, disk and time are limited; memory and CPU are not: those need cgroups, and so root',
      'sudo hm run',
    ),
  ]
}
