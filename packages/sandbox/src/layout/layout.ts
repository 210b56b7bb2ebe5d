import { createHash } from 'node:crypto'
import { mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { lastsUntilReboot } from './own-memory.ts'

/**
 * Increase the number whenever its content changes: sandboxes of an earlier release may use the old
 * one.
 */
export const skeletonName = 'skeleton-2'

/** The paths below a driver's directory. No other module knows these names. */
export interface Layout {
  readonly root: string
  /** 8 hex digits that distinguish this directory's control groups from others'. */
  readonly tag: string
  /** Locked by the process that owns the directory, until it ends. */
  readonly lock: string
  readonly sandboxes: string
  /** A file for each id under which no command has begun; see begun.ts. */
  readonly unbegun: string
  readonly snapshots: string
  /** Mounted images of layers, by snapshot. Absent where there are none. */
  readonly mounts: string
  readonly cacheIndex: string
  readonly trash: string
  readonly skeleton: string
  /** In memory only. */
  readonly memory: string
  /** Short-lived state in tmpfs, lost at a boot; see state-directory.ts. May be absent. */
  readonly volatileState: string
  readonly crunState: string
  readonly watchdogLock: string
  readonly watchdogPid: string
  readonly cgroupRoots: string
  readonly network: string
  /** Settings of launchers, by slot, and the pipes to them. */
  readonly launchers: string
  /** The directory that the guard of networks shares with its driver. Absent until it is needed. */
  readonly guard: string
  /**
   * The sandboxes' resolv.conf, by network mode; of `egress`, also for those with a list of hosts, and
   * for those whose hosts are noted.
   */
  readonly resolvConf: (mode: 'egress' | 'host' | 'bound' | 'observed') => string
}

/** Creates the directories and returns their absolute paths. */
export async function openLayout(directory: string): Promise<Layout> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const root = await realpath(directory)
  const tag = createHash('sha256').update(root).digest('hex').slice(0, 8)
  const memory = `/dev/shm/harmont-${tag}`
  // Servers of earlier releases know this name.
  const volatileState = `${memory}-passing`
  // State of processes ends with them.
  const processes = lastsUntilReboot(volatileState) ? volatileState : root
  const layout: Layout = {
    root,
    tag,
    lock: join(root, 'lock'),
    sandboxes: join(root, 'sandboxes'),
    unbegun: join(root, 'unbegun'),
    snapshots: join(root, 'snapshots'),
    mounts: join(root, 'mounts'),
    cacheIndex: join(root, 'cache'),
    trash: join(root, 'trash'),
    skeleton: join(root, skeletonName),
    memory,
    volatileState,
    crunState: join(processes, 'crun'),
    watchdogLock: join(root, 'watchdog.lock'),
    watchdogPid: join(root, 'watchdog.pid'),
    cgroupRoots: join(root, 'cgroups'),
    network: join(root, 'network.json'),
    launchers: join(processes, 'launchers'),
    guard: join(processes, 'guard'),
    resolvConf: (mode) => join(root, `resolv-${mode}.conf`),
  }
  for (const path of [layout.sandboxes, layout.unbegun, layout.snapshots, layout.cacheIndex, layout.trash])
    await mkdir(path, { recursive: true, mode: 0o700 })
  return layout
}

/** The files of one sandbox. */
export interface SandboxFiles {
  readonly directory: string
  /** Describes the sandbox. Written before anything else of it exists. */
  readonly record: string
  readonly upper: string
  readonly work: string
  /** A script too long for an argument. */
  readonly script: string
  /** The list of files that `HARMONT_SPLIT` names. */
  readonly split: string
  /** Errors that the runtime does not report to conmon. */
  readonly runtimeLog: string
  readonly spool: string
  /** The id of its present or future snapshot, written before any file moves. */
  readonly snapshotId: string
  /**
   * The snapshot under construction, which is renamed as a whole. Only the sandbox's end removes it
   * here.
   */
  readonly snapshot: string
  /** Contains the files below, which are meaningless after a boot. Usually a link into memory. */
  readonly state: string
  readonly fstab: string
  /** Its part of the shell text that connects a sandbox and its services; see launcher.sh. */
  readonly network: string
  /** Its /etc/hosts, if it has services or is one. */
  readonly hosts: string
  /**
   * The command's configuration for the runtime, in its bundle: this directory, or the sandbox's
   * own for a large configuration.
   */
  readonly config: string
  readonly largeConfig: string
  /** The runtime's state for a large configuration. */
  readonly largeState: string
  /** Written before the launcher is told to go. From then on a command may run. */
  readonly started: string
  /** How the launcher calls the runtime. */
  readonly runtime: string
  readonly pid: string
  readonly monitorPid: string
  readonly monitorLog: string
  readonly sockets: string
  /** Named pipes of an interactive command. */
  readonly input: string
  readonly output: string
  readonly errors: string
  readonly exitDirectory: string
  readonly exit: string
  /** The copy of the command's output directory; absent if that was empty. */
  readonly outputDirectory: string
  /** Exists once that copy is made; see keep-output.sh. */
  readonly outputKept: string
  /** conmon's report on whether the runtime could start the command. */
  readonly sync: string
  readonly deadline: string
  /** Input of the watchdog: control group, limits. */
  readonly watch: string
  /** Written by the watchdog before it kills for disk use. */
  readonly diskLimitHit: string
  /** Written by the watchdog before it kills for socket memory. */
  readonly memoryLimitHit: string
  /** Written by the watchdog when the disk was full. */
  readonly diskFull: string
  /**
   * Exists if space for the start of the spool was reserved. Running launchers of earlier releases
   * know the name.
   */
  readonly spoolReserved: string
  /** Written by the watchdog before it kills at the deadline. */
  readonly overdue: string
  /**
   * The outcome, stored when first read, because the control groups with its limits are removed.
   */
  readonly outcome: string
}

/** @param sandboxes the driver's directory of sandboxes, or the trash. */
export function sandboxFiles(sandboxes: string, id: string): SandboxFiles {
  const directory = join(sandboxes, id)
  const file = (name: string): string => join(directory, name)
  const state = (name: string): string => join(directory, 'state', name)
  return {
    directory,
    record: file('sandbox.json'),
    upper: file('upper'),
    work: file('work'),
    script: file('script'),
    split: file('split'),
    runtimeLog: file('runtime.log'),
    spool: file('spool'),
    snapshotId: file('snapshot-id'),
    snapshot: file('snapshot'),
    state: file('state'),
    fstab: state('fstab'),
    network: state('network'),
    hosts: state('hosts'),
    config: state('config.json'),
    largeConfig: file('config.json'),
    largeState: file('crun'),
    started: state('started.json'),
    runtime: state('runtime'),
    pid: state('pid'),
    monitorPid: state('conmon.pid'),
    monitorLog: state('conmon.log'),
    sockets: state('socket'),
    input: state('input'),
    output: state('output'),
    errors: state('errors'),
    exitDirectory: state('exit'),
    exit: state(`exit/${id}`),
    outputDirectory: file('output'),
    outputKept: state('exit/output'),
    sync: state('exit/sync'),
    deadline: state('deadline'),
    watch: state('watch'),
    diskLimitHit: state('disk-limit-hit'),
    memoryLimitHit: state('memory-limit-hit'),
    diskFull: state('disk-full'),
    spoolReserved: state('spool-held'),
    overdue: state('overdue'),
    outcome: state('outcome.json'),
  }
}
