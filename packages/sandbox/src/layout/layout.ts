import { createHash } from 'node:crypto'
import { mkdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { lastsUntilReboot } from './own-memory.ts'

/**
 * The name of the skeleton. Increase its number whenever the content changes: sandboxes of an
 * earlier release may use the old one.
 */
export const skeletonName = 'skeleton-2'

/** The paths below a driver's directory. These names are defined in this module only. */
export interface Layout {
  readonly root: string
  /**
   * 8 hex digits that distinguish this directory's control groups from those of other directories.
   */
  readonly tag: string
  /** Locked by the process that owns the directory, until that process ends. */
  readonly lock: string
  readonly sandboxes: string
  /** A file for each id under which no command has begun; see begun.ts. */
  readonly unbegun: string
  readonly snapshots: string
  /** Mounted images of layers, by snapshot. Absent if there are none. */
  readonly mounts: string
  readonly cacheIndex: string
  readonly trash: string
  readonly skeleton: string
  /** In memory only. */
  readonly memory: string
  /**
   * Short-lived state in tmpfs, which does not survive a reboot; see state-directory.ts. May be
   * absent.
   */
  readonly volatileState: string
  readonly crunState: string
  readonly watchdogLock: string
  readonly watchdogPid: string
  readonly cgroupRoots: string
  readonly network: string
  /** Settings of launchers, by slot, and the pipes to them. */
  readonly launchers: string
  /** The directory that the network guard shares with its driver. Absent until it is needed. */
  readonly guard: string
  /**
   * The sandboxes' resolv.conf, by network mode. `bound` and `observed` are for `egress` with an
   * egress list that is enforced, or whose hosts are only noted.
   */
  readonly resolvConf: (mode: 'egress' | 'host' | 'bound' | 'observed') => string
}

/** Creates the directories and returns their absolute paths. */
export function openLayout(directory: string): Layout {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const root = realpathSync(directory)
  const tag = createHash('sha256').update(root).digest('hex').slice(0, 8)
  const memory = `/dev/shm/harmont-${tag}`
  // Servers of earlier releases use this name too.
  const volatileState = `${memory}-passing`
  // State of processes is useless after a reboot.
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
    mkdirSync(path, { recursive: true, mode: 0o700 })
  return layout
}

/** The files of one sandbox. */
export interface SandboxFiles {
  readonly directory: string
  /** Describes the sandbox. Written before any other part of the sandbox exists. */
  readonly record: string
  readonly upper: string
  readonly work: string
  /** The command's script, if it is too long for an argument. */
  readonly script: string
  /** The list of files to which `HARMONT_SPLIT` points. */
  readonly split: string
  /** Errors that the runtime does not report to conmon. */
  readonly runtimeLog: string
  readonly spool: string
  /** The id of its present or future snapshot, written before any file moves. */
  readonly snapshotId: string
  /**
   * The snapshot under construction, which is renamed as a whole. It is removed from here only with
   * the sandbox.
   */
  readonly snapshot: string
  /**
   * Contains the files below, which are meaningless after a reboot. Usually a link into a tmpfs.
   */
  readonly state: string
  readonly fstab: string
  /**
   * The sandbox's part of the shell script that connects a sandbox and its services; see
   * launcher.sh.
   */
  readonly network: string
  /** The sandbox's /etc/hosts, if it has services or belongs to one. */
  readonly hosts: string
  /**
   * The command's configuration for the runtime, in its bundle: in this directory, or in the
   * sandbox's own directory for a large configuration.
   */
  readonly config: string
  readonly largeConfig: string
  /** The runtime's state for a large configuration. */
  readonly largeState: string
  /**
   * Written before the start command is sent to the launcher. Once it exists, a command may run.
   */
  readonly started: string
  /** The launcher's settings for calling the runtime. */
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
  /** Exists once that copy was made, and says if it is incomplete; see keep-output.sh. */
  readonly outputKept: string
  /** conmon's report on whether the runtime could start the command. */
  readonly sync: string
  readonly deadline: string
  /** Input of the watchdog, such as control group and limits. */
  readonly watch: string
  /** Written by the watchdog before it kills the command for its disk use. */
  readonly diskLimitHit: string
  /** Written by the watchdog before it kills the command for its socket memory. */
  readonly memoryLimitHit: string
  /** Written by the watchdog when the disk was full. */
  readonly diskFull: string
  /**
   * Exists if space for the start of the spool was reserved. Running launchers of earlier releases
   * use the name too.
   */
  readonly spoolReserved: string
  /** Written by the watchdog before it kills the command at its deadline. */
  readonly overdue: string
  /**
   * The outcome, stored when it is first read, because the control groups with its limits are
   * removed.
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
