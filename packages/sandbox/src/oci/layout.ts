import { createHash } from 'node:crypto'
import { mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'

/** Ids inside a sandbox are ids outside minus this; 65,536 of them are mapped. */
export const firstId = 100_000
export const idCount = 65_536

/**
 * Where a launcher, in its own mount namespace, puts what the runtime needs to see. It covers what is there on the machine itself,
 * which are notes of the networks.
 */
export const stage = '/run/harmont'

/** Another one whenever what is in it changes: sandboxes of an earlier release may lie on theirs. */
export const skeletonName = 'skeleton-2'

/** Everything below a driver's directory. Nothing else knows these names. */
export interface Layout {
  readonly root: string
  /** 8 hex digits; tells this directory's control groups from another's. */
  readonly tag: string
  /** Locked by the process whose directory this is, as long as it lives. */
  readonly lock: string
  readonly sandboxes: string
  readonly snapshots: string
  readonly cacheIndex: string
  readonly trash: string
  readonly skeleton: string
  /** On no disk. */
  readonly memory: string
  readonly crunState: string
  readonly watchdogLock: string
  readonly watchdogPid: string
  readonly cgroupRoots: string
  readonly network: string
  /** What launchers are told, by slot, and pipes to them. */
  readonly launchers: string
  /** The sandboxes' resolv.conf, by network mode. */
  readonly resolvConf: (mode: 'egress' | 'host') => string
}

/** Makes the directories and gives their absolute paths. */
export async function openLayout(directory: string): Promise<Layout> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const root = await realpath(directory)
  const tag = createHash('sha256').update(root).digest('hex').slice(0, 8)
  const layout: Layout = {
    root,
    tag,
    lock: join(root, 'lock'),
    sandboxes: join(root, 'sandboxes'),
    snapshots: join(root, 'snapshots'),
    cacheIndex: join(root, 'cache'),
    trash: join(root, 'trash'),
    skeleton: join(root, skeletonName),
    memory: `/dev/shm/harmont-${tag}`,
    crunState: join(root, 'crun'),
    watchdogLock: join(root, 'watchdog.lock'),
    watchdogPid: join(root, 'watchdog.pid'),
    cgroupRoots: join(root, 'cgroups'),
    network: join(root, 'network.json'),
    launchers: join(root, 'launchers'),
    resolvConf: (mode) => join(root, `resolv-${mode}.conf`),
  }
  for (const path of [
    layout.sandboxes,
    layout.snapshots,
    layout.cacheIndex,
    layout.trash,
    layout.crunState,
    layout.launchers,
  ])
    await mkdir(path, { recursive: true, mode: 0o700 })
  return layout
}

/** The files of one sandbox. */
export interface SandboxFiles {
  readonly directory: string
  /** What it is; written before anything else of it exists. */
  readonly record: string
  readonly upper: string
  readonly work: string
  readonly fstab: string
  readonly config: string
  /** A script that is too long for an argument. */
  readonly script: string
  /** Written before the launcher is told to go: a command may have started. */
  readonly started: string
  /** Which runtime starts the command, for the launcher. */
  readonly runtime: string
  /** What the runtime says of its own troubles, where it does not say all to conmon. */
  readonly runtimeLog: string
  /** conmon's word on whether the runtime could start the command. */
  readonly sync: string
  readonly pid: string
  readonly monitorPid: string
  readonly monitorLog: string
  readonly spool: string
  /** Named pipes to a command that is talked to. */
  readonly input: string
  readonly output: string
  readonly errors: string
  readonly exitDirectory: string
  readonly exit: string
  readonly deadline: string
  /** What the watchdog needs to know of it: control group, disk limit. */
  readonly watch: string
  /** Written by the watchdog before it kills for disk use. */
  readonly diskLimitHit: string
  /** Written by the watchdog when nothing more could be written. */
  readonly diskFull: string
  /** There when room was held for the beginning of the spool. */
  readonly spoolHeld: string
  /** Written by the watchdog before it kills because the deadline has passed. */
  readonly overdue: string
  /** The outcome, once somebody has asked for it: limits are read from control groups that go. */
  readonly outcome: string
  /** The id that its snapshot has or will have, written before anything of it moves. */
  readonly snapshotId: string
  /** The snapshot while it is put together; moves away whole. Here nobody but the sandbox's end removes it. */
  readonly snapshot: string
}

/** @param root the driver's directory, or '' for names relative to it. */
export function sandboxFiles(sandboxes: string, id: string): SandboxFiles {
  const directory = join(sandboxes, id)
  const file = (name: string): string => join(directory, name)
  return {
    directory,
    record: file('sandbox.json'),
    upper: file('upper'),
    work: file('work'),
    fstab: file('fstab'),
    config: file('config.json'),
    script: file('script'),
    started: file('started.json'),
    runtime: file('runtime'),
    runtimeLog: file('runtime.log'),
    sync: file('sync'),
    pid: file('pid'),
    monitorPid: file('conmon.pid'),
    monitorLog: file('conmon.log'),
    spool: file('spool'),
    input: file('input'),
    output: file('output'),
    errors: file('errors'),
    exitDirectory: file('exit'),
    exit: file(`exit/${id}`),
    deadline: file('deadline'),
    watch: file('watch'),
    diskLimitHit: file('disk-limit-hit'),
    diskFull: file('disk-full'),
    spoolHeld: file('spool-held'),
    overdue: file('overdue'),
    outcome: file('outcome.json'),
    snapshotId: file('snapshot-id'),
    snapshot: file('snapshot'),
  }
}
