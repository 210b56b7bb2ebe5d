import { hostname } from '../layout/skeleton.ts'
import { idCount } from '../privilege/id-ranges.ts'
import type { Command, Limits, NetworkMode } from '../sandbox-driver.ts'
import { initProgram, usualPath } from '../system/machine.ts'
import { staged } from './mounts.ts'
import type { Mount, Runtime } from './runtimes/runtime.ts'
import { type SeccompProfile, seccompProfile } from './seccomp.ts'
import { terminalArguments, terminalFiles } from './terminal-program.ts'

/** The largest script size, in bytes, that fits into one argument of execve. */
export const longestArgument = 131_071

/** The default capabilities of Docker and Podman. */
const capabilities = [
  'CAP_AUDIT_WRITE',
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_MKNOD',
  'CAP_NET_BIND_SERVICE',
  'CAP_NET_RAW',
  'CAP_SETFCAP',
  'CAP_SETGID',
  'CAP_SETPCAP',
  'CAP_SETUID',
  'CAP_SYS_CHROOT',
]

const maskedPaths = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/interrupts',
  '/proc/kallsyms',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/modules',
  '/proc/sched_debug',
  '/proc/scsi',
  '/proc/sysrq-trigger',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/sys/devices/virtual/powercap',
  '/sys/firmware',
  '/sys/kernel/debug',
  '/sys/kernel/security',
  '/sys/kernel/tracing',
]

function idMappings(rootId: number): object {
  const mapping = [{ containerID: 0, hostID: rootId, size: idCount }]
  return { uidMappings: mapping, gidMappings: mapping }
}

const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys']

export interface RuntimeConfigInput {
  readonly runtime: Runtime
  readonly rootId: number
  readonly command: Command
  /** Whether the command gets a terminal. */
  readonly terminal: boolean
  /** The image's environment. The command's variables override it. */
  readonly imageEnv: Readonly<Record<string, string>>
  readonly limits: Limits
  readonly network: NetworkMode
  readonly resolvConf: boolean
  readonly hosts: boolean
  /** The service's program, which replaces the command's shell, directory and user. */
  readonly program?: ServiceProgram
  readonly readOnlyTargets: readonly string[]
  readonly secretFiles: boolean
}

/** The program of a service, and the user that runs it. */
export interface ServiceProgram {
  readonly args: readonly string[]
  readonly user: { readonly uid: number; readonly gid: number; readonly additionalGids: readonly number[] }
  readonly home: string
}

const quiet = ['nosuid', 'noexec', 'nodev']

/**
 * Returns the OCI runtime's config.json. The network namespace is the launcher's, whose groups
 * limit memory and CPU.
 */
export function runtimeConfig(input: RuntimeConfigInput): object {
  const { command, runtime, network, program } = input
  const long = Buffer.byteLength(command.script) > longestArgument
  const namespaces = runtime.namespaces(network)
  const env = {
    PATH: usualPath,
    ...input.imageEnv,
    HOME: program?.home ?? '/root',
    ...command.env,
    HARMONT_OUTPUT: outputPath,
    ...(command.split === undefined ? {} : { HARMONT_SPLIT: splitPath }),
  }
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: false,
      user: program?.user ?? { uid: 0, gid: 0 },
      // The first process of a pid namespace ignores signals and must reap orphans, so an init
      // takes this role instead of the script's shell.
      args: [initPath, '--', ...commandLine(input, long)],
      env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      cwd: command.workingDirectory,
      noNewPrivileges: true,
      capabilities:
        program === undefined || program.user.uid === 0
          ? { bounding: capabilities, effective: capabilities, permitted: capabilities }
          : { bounding: capabilities },
      rlimits: [{ type: 'RLIMIT_CORE', soft: 0, hard: 0 }, ...runtime.resourceLimits(input.limits)],
    },
    root: { path: staged.root, readonly: false },
    hostname,
    mounts: mounts(input, long),
    linux: {
      // An existing user namespace already has its id maps.
      ...(namespaces.some(({ type, path }) => type === 'user' && path === undefined) ? idMappings(input.rootId) : {}),
      namespaces,
      seccomp: runtime.seccomp(profile()),
      maskedPaths,
      readonlyPaths,
    },
  }
}

function commandLine({ command, terminal, program }: RuntimeConfigInput, long: boolean): readonly string[] {
  if (program !== undefined) return program.args
  if (terminal) return terminalArguments(long ? `. ${scriptPath}` : command.script)
  return ['sh', ...(long ? [scriptPath] : ['-c', command.script])]
}

let cachedProfile: SeccompProfile | undefined
function profile(): SeccompProfile {
  cachedProfile ??= seccompProfile()
  return cachedProfile
}

// These files are all on the sandbox's /dev, a tmpfs, so no snapshot contains them or their mount
// points.
const initPath = '/dev/harmont-init'
const scriptPath = '/dev/harmont-script'
const outputPath = '/dev/harmont-output'
const splitPath = '/dev/harmont-split'

function mounts(input: RuntimeConfigInput, long: boolean): readonly Mount[] {
  const bind = (source: string, destination: string, ...options: string[]): Mount => ({
    destination,
    type: 'bind',
    source,
    options: ['bind', 'ro', ...options],
  })
  return [
    ...input.runtime.fileSystems(input.network),
    bind(initProgram, initPath, 'nosuid', 'nodev'),
    ...(input.terminal
      ? terminalFiles().map(({ source, destination }) => bind(source, destination, 'nosuid', 'nodev'))
      : []),
    ...(long ? [bind(staged.script, scriptPath, 'nosuid', 'nodev')] : []),
    ...(input.command.split === undefined ? [] : [bind(staged.split, splitPath, ...quiet)]),
    ...(input.resolvConf ? [bind(staged.resolvConf, '/etc/resolv.conf', ...quiet)] : []),
    { destination: outputPath, type: 'bind', source: staged.output, options: ['bind', 'rw', ...quiet] },
    ...(input.hosts ? [bind(staged.hosts, '/etc/hosts', ...quiet)] : []),
    ...(input.secretFiles ? [bind(staged.secrets, '/run/secrets', ...quiet)] : []),
    ...input.readOnlyTargets.map((target, index) => bind(staged.readOnly(index), target, 'nosuid', 'nodev')),
  ]
}
