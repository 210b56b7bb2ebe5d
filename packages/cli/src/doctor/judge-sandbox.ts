import { type Check, checksOf } from './check.ts'

export interface SandboxFacts {
  readonly kernel: string
  readonly cgroups: 'v2' | 'hybrid' | 'v1' | 'none'
  /** Sentences of the driver's own probe; none when it finds all it needs. */
  readonly problems: readonly string[]
  /** Debian packages that are missing. */
  readonly packages: readonly string[]
  /** /proc/sys/user/max_user_namespaces. */
  readonly userNamespaces: number | undefined
  readonly inotifyInstances: number | undefined
  readonly openFiles: number | undefined
  /** Undefined: not tried, because the driver lacks something. */
  readonly step: StepFacts | undefined
}

/** What became of a real step that prints a line. */
export type StepFacts =
  | {
      readonly ok: true
      readonly milliseconds: number
      /** Why steps have no network, a sentence each; none where they have. */
      readonly networkProblems: readonly string[]
    }
  | { readonly ok: false; readonly message: string }

const { ok, warning, failure } = checksOf('sandbox')
const elsewhere = 'hm run --cloud needs no sandboxes here'

export function judgeSandbox(facts: SandboxFacts): Check[] {
  return [
    ok('kernel', `Linux ${facts.kernel}, control groups ${facts.cgroups}`),
    ...facts.problems.map((problem) => {
      const [found = problem, command] = problem.split(/: (?=apt-get |modprobe )/)
      return failure('driver', found, command ?? fixOf(problem, facts))
    }),
    ...(facts.problems.length === 0 ? [ok('driver', 'oci: crun, conmon, overlayfs and all else are here')] : []),
    ...limit('user namespaces', facts.userNamespaces, 100, 'sysctl -w user.max_user_namespaces=15000'),
    ...limit('inotify', facts.inotifyInstances, 128, 'sysctl -w fs.inotify.max_user_instances=512'),
    ...limit('open files', facts.openFiles, 1024, 'ulimit -n 65536'),
    ...realStep(facts.step),
  ]
}

/** Where the platform has no sandboxes at all. */
export function judgeForeign(platform: string): Check[] {
  return [
    failure(
      'driver',
      `steps run in sandboxes of Linux; this is ${platform}`,
      'hm run --cloud, or hm in a privileged Linux container with the project mounted',
    ),
  ]
}

function fixOf(problem: string, { packages }: SandboxFacts): string {
  if (problem.includes('started by root')) return 'sudo hm run, or hm run --cloud'
  if (problem.includes('overlay file system')) return 'HM_CACHE_DIR=/a/directory/on/a/volume'
  return packages.length > 0 ? `apt-get install ${packages.join(' ')}` : elsewhere
}

function limit(name: string, value: number | undefined, least: number, fix: string): Check[] {
  if (value === undefined) return []
  if (value === 0) return [failure(name, 'none are allowed', fix)]
  return [value < least ? warning(name, `at most ${value}, which is little`, fix) : ok(name, `up to ${value}`)]
}

function realStep(step: StepFacts | undefined): Check[] {
  const name = 'a real step'
  if (step === undefined) return [warning(name, 'not tried: the driver lacks something', 'see the driver, above')]
  if (!step.ok) return [failure(name, step.message, elsewhere)]
  return [
    ok(name, `printed its line after ${step.milliseconds} ms`),
    ...(step.networkProblems.length === 0
      ? [ok('network of steps', 'reaches out')]
      : step.networkProblems.map((problem) =>
          warning('network of steps', `none: ${problem}`, 'apt-get install nftables iproute2'),
        )),
  ]
}
