import { createHash } from 'node:crypto'
import { mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { isPassingPlace } from './own-memory.ts'

export { firstId, idCount } from '../privilege/id-range.ts'

/** Debian's tini-static: needs nothing of an image. */
export const initProgram = '/usr/bin/tini-static'

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
  /** A file for each id that may be used again, as no command has begun under it; see unbegun.ts. */
  readonly unbegun: string
  readonly snapshots: string
  readonly cacheIndex: string
  readonly trash: string
  readonly skeleton: string
  /** On no disk. */
  readonly memory: string
  /** In memory, for what may go with a boot; see state-place.ts. Not there where no such memory is. */
  readonly passing: string
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
  const memory = `/dev/shm/harmont-${tag}`
  const passing = `${memory}-passing`
  // What belongs to processes ends with them.
  const processes = isPassingPlace(passing) ? passing : root
  const layout: Layout = {
    root,
    tag,
    lock: join(root, 'lock'),
    sandboxes: join(root, 'sandboxes'),
    unbegun: join(root, 'unbegun'),
    snapshots: join(root, 'snapshots'),
    cacheIndex: join(root, 'cache'),
    trash: join(root, 'trash'),
    skeleton: join(root, skeletonName),
    memory,
    passing,
    crunState: join(processes, 'crun'),
    watchdogLock: join(root, 'watchdog.lock'),
    watchdogPid: join(root, 'watchdog.pid'),
    cgroupRoots: join(root, 'cgroups'),
    network: join(root, 'network.json'),
    launchers: join(processes, 'launchers'),
    resolvConf: (mode) => join(root, `resolv-${mode}.conf`),
  }
  for (const path of [layout.sandboxes, layout.unbegun, layout.snapshots, layout.cacheIndex, layout.trash])
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
  /** A script that is too long for an argument. */
  readonly script: string
  /** What the runtime says of its own troubles, where it does not say all to conmon. */
  readonly runtimeLog: string
  readonly spool: string
  /** The id that its snapshot has or will have, written before anything of it moves. */
  readonly snapshotId: string
  /** The snapshot while it is put together; moves away whole. Here nobody but the sandbox's end removes it. */
  readonly snapshot: string
  /** Has the following, which mean nothing after a boot; usually a link into memory. */
  readonly state: string
  readonly fstab: string
  /** What the runtime is told of the command, in the bundle that it is given: this directory, or the sandbox's own when there is much to tell. */
  readonly config: string
  readonly largeConfig: string
  /** The runtime's notes then. */
  readonly largeState: string
  /** Written before the launcher is told to go: a command may have started. */
  readonly started: string
  /** How the runtime starts the command, for the launcher. */
  readonly runtime: string
  readonly pid: string
  readonly monitorPid: string
  readonly monitorLog: string
  readonly sockets: string
  /** Named pipes to a command that is talked to. */
  readonly input: string
  readonly output: string
  readonly errors: string
  readonly exitDirectory: string
  readonly exit: string
  /** conmon's word on whether the runtime could start the command. */
  readonly sync: string
  readonly deadline: string
  /** What the watchdog needs to know of it: control group, disk limit. */
  readonly watch: string
  /** Written by the watchdog before it kills for disk use. */
  readonly diskLimitHit: string
  /** Written by the watchdog before it kills for what sockets hold. */
  readonly memoryLimitHit: string
  /** Written by the watchdog when nothing more could be written. */
  readonly diskFull: string
  /** There when room was held for the beginning of the spool. */
  readonly spoolHeld: string
  /** Written by the watchdog before it kills because the deadline has passed. */
  readonly overdue: string
  /** The outcome, once somebody has asked for it: limits are read from control groups that go. */
  readonly outcome: string
}

/** @param root the driver's directory, or '' for names relative to it. */
export function sandboxFiles(sandboxes: string, id: string): SandboxFiles {
  const directory = join(sandboxes, id)
  const file = (name: string): string => join(directory, name)
  const passing = (name: string): string => join(directory, 'state', name)
  return {
    directory,
    record: file('sandbox.json'),
    upper: file('upper'),
    work: file('work'),
    script: file('script'),
    runtimeLog: file('runtime.log'),
    spool: file('spool'),
    snapshotId: file('snapshot-id'),
    snapshot: file('snapshot'),
    state: file('state'),
    fstab: passing('fstab'),
    config: passing('config.json'),
    largeConfig: file('config.json'),
    largeState: file('crun'),
    started: passing('started.json'),
    runtime: passing('runtime'),
    pid: passing('pid'),
    monitorPid: passing('conmon.pid'),
    monitorLog: passing('conmon.log'),
    sockets: passing('socket'),
    input: passing('input'),
    output: passing('output'),
    errors: passing('errors'),
    exitDirectory: passing('exit'),
    exit: passing(`exit/${id}`),
    sync: passing('exit/sync'),
    deadline: passing('deadline'),
    watch: passing('watch'),
    diskLimitHit: passing('disk-limit-hit'),
    memoryLimitHit: passing('memory-limit-hit'),
    diskFull: passing('disk-full'),
    spoolHeld: passing('spool-held'),
    overdue: passing('overdue'),
    outcome: passing('outcome.json'),
  }
}
