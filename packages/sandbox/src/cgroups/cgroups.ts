import { readdirSync, writeFileSync } from 'node:fs'
import { mkdir, readdir, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Limits } from '../sandbox-driver.ts'
import { hasCode, ifPresent, isAbsent, readIfPresent } from '../system/files.ts'
import { type CgroupHome, type Groups, handDown } from './home.ts'
import {
  commandProcesses,
  isPidGroup,
  isPidGroupPopulated,
  killPidGroup,
  makePidGroup,
  removePidGroup,
} from './pid-groups.ts'

/** Makes the groups of one launcher below `home`, without limits. */
export async function makeGroups(home: CgroupHome, driverTag: string, slot: string): Promise<Groups> {
  const below = (base: string): string => join(base, `harmont-${driverTag}`, slot)
  const top = below(home.unified)
  if (home.flavour === 'pid') return makePidGroup(top)
  const monitor = join(top, 'monitor')
  if (home.flavour === 'v2') {
    // Has the limits of the command and its services, whose groups are beside the command's.
    const limited = join(top, 'limited')
    const payload = join(limited, 'payload')
    await handDown([home.unified, dirname(top), top, limited])
    await mkdir(payload, { recursive: true })
    await mkdir(monitor, { recursive: true })
    const counted = { memory: limited, pids: limited, cpu: limited }
    return { top, payload, monitor, join: [payload], leave: [monitor], ...counted, flavour: 'v2' }
  }
  const payload = join(top, 'payload')
  const [memory, pids, cpu] = [below(home.memory), below(home.pids), below(home.cpu)]
  for (const path of new Set([payload, monitor, memory, pids, cpu])) await mkdir(path, { recursive: true })
  return {
    top,
    payload,
    monitor,
    join: [...new Set([payload, memory, pids, cpu])],
    leave: [...new Set([monitor, home.memory, home.pids, home.cpu])],
    memory,
    pids,
    cpu,
    flavour: 'hybrid',
  }
}

/**
 * Makes the groups of a service's launcher within its sandbox's groups. The sandbox's limits apply
 * to both. For an ordinary user, the service's groups are beside the sandbox's.
 */
export async function makeServiceGroups(
  home: CgroupHome,
  driverTag: string,
  slot: string,
  { name, above }: ServicePlace,
): Promise<Groups> {
  if (above.flavour === 'pid') return makeGroups(home, driverTag, slot)
  const { flavour } = above
  if (flavour === 'v2') {
    const [payload, monitor] = [join(above.memory, name), join(above.top, `monitor-${name}`)]
    for (const path of [payload, monitor]) await mkdir(path, { recursive: true })
    const counted = { memory: payload, pids: payload, cpu: payload }
    return { top: payload, payload, monitor, join: [payload], leave: [monitor], ...counted, flavour }
  }
  const top = join(above.top, name)
  const [payload, monitor] = [join(top, 'payload'), join(top, 'monitor')]
  const [memory, pids, cpu] = [join(above.memory, name), join(above.pids, name), join(above.cpu, name)]
  for (const path of new Set([payload, monitor, memory, pids, cpu])) await mkdir(path, { recursive: true })
  return {
    ...{ top, payload, monitor, memory, pids, cpu, flavour },
    join: [...new Set([payload, memory, pids, cpu])],
    leave: [monitor, ...above.leave.slice(1)],
  }
}

/**
 * Makes a group for a helper that outlives this process, and returns it. If the helper exceeds
 * `memoryBytes`, the kernel kills only the helper.
 */
export async function makeHelperGroup(home: CgroupHome, name: string, memoryBytes: number): Promise<string> {
  if (home.flavour === 'pid') throw new Error('expected a machine with control groups')
  if (home.flavour === 'v2') await handDown([home.unified])
  const group = join(home.memory, name)
  await mkdir(group, { recursive: true })
  limitMemory(home.flavour, group, memoryBytes)
  return group
}

/** A service's name, and the groups of its sandbox, which contain the service's groups. */
export interface ServicePlace {
  readonly name: string
  readonly above: Groups
}

/** Sets the limits of a sandbox whose launcher waits in its groups. */
export async function applyLimits(groups: Groups, limits: Limits): Promise<void> {
  if (groups.flavour === 'pid') return
  const period = 100_000
  const quota = Math.max(1_000, Math.round(limits.cpu * period))
  // Writes synchronously: unlike making, emptying and removing groups, these writes do not block.
  limitMemory(groups.flavour, groups.memory, Math.max(limits.memoryBytes, 4 * 1024 * 1024))
  writeFileSync(join(groups.pids, 'pids.max'), String(limits.pids))
  if (groups.flavour === 'v2') {
    writeFileSync(join(groups.cpu, 'cpu.max'), `${quota} ${period}`)
    return
  }
  writeFileSync(join(groups.cpu, 'cpu.cfs_period_us'), String(period))
  writeFileSync(join(groups.cpu, 'cpu.cfs_quota_us'), String(quota))
}

function limitMemory(flavour: 'v2' | 'hybrid', group: string, bytes: number): void {
  if (flavour === 'v2') {
    writeFileSync(join(group, 'memory.max'), String(bytes))
    writeOptional(join(group, 'memory.swap.max'), '0')
    return
  }
  // Memory first, because memory plus swap must not be lower.
  writeFileSync(join(group, 'memory.limit_in_bytes'), String(bytes))
  writeOptional(join(group, 'memory.memsw.limit_in_bytes'), String(bytes))
  // Version 1 counts TCP and UDP memory separately, and only if a limit is set.
  writeOptional(join(group, 'memory.kmem.tcp.limit_in_bytes'), String(Math.ceil(bytes / 4)))
}

/**
 * Writes a file of a group, if it exists: swap accounting is a kernel build option, and the group
 * may have been removed.
 */
export function writeOptional(path: string, value: string): void {
  try {
    writeFileSync(path, value, { flag: 'r+' })
  } catch (error) {
    if (!isAbsent(error)) throw error
  }
}

/** Returns how many processes of the sandbox the kernel killed at the memory limit. */
export async function outOfMemoryKills(groups: Groups): Promise<number> {
  if (groups.flavour === 'pid') return 0
  const file = groups.flavour === 'v2' ? 'memory.events' : 'memory.oom_control'
  const counted = groups.flavour === 'v2' ? groups.payload : groups.memory
  const text = readIfPresent(join(counted, file)) ?? ''
  return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0)
}

/** Returns the process ids in a group, without its children; none if the group is gone. */
export async function processesOf(group: string): Promise<readonly number[]> {
  if (isPidGroup(group)) return commandProcesses(group)
  const text = readIfPresent(join(group, 'cgroup.procs')) ?? ''
  return text.split('\n').filter(Boolean).map(Number)
}

const freezeMs = 1_000
/** A killed process ends within this time, unless it hangs in the kernel. */
const endMs = 10_000

/**
 * Runs `work` while the group is frozen. Without control groups, or if freezing takes longer than a
 * second, `work` runs while the processes keep running. If this process dies meanwhile, the frozen
 * processes can still be killed.
 */
export async function whileFrozen(group: string, work: () => Promise<void>): Promise<void> {
  if (isPidGroup(group)) return work()
  const freezer = join(group, 'cgroup.freeze')
  writeOptional(freezer, '1')
  try {
    const isStill = () => /^frozen 1$/m.test(readIfPresent(join(group, 'cgroup.events')) ?? 'frozen 1')
    for (const end = performance.now() + freezeMs; !isStill() && performance.now() < end; ) await sleep(1)
    await work()
  } finally {
    writeOptional(freezer, '0')
  }
}

/** Sends SIGKILL to all processes in the group and below it, atomically: no fork escapes. */
export async function killGroup(group: string): Promise<void> {
  if (isPidGroup(group)) killPidGroup(group)
  else await ifPresent(writeFile(join(group, 'cgroup.kill'), '1', { flag: 'r+' }))
}

/** Kills the group synchronously. */
export function killGroupNow(group: string): void {
  if (isPidGroup(group)) killPidGroup(group)
  else writeOptional(join(group, 'cgroup.kill'), '1')
}

/**
 * Kills all processes in the group and below it, and resolves once it is empty. Also kills
 * processes that join meanwhile: a late launcher, and, without control groups, a monitor that
 * replaces the launcher. Fails after 10 s if a process hangs in the kernel.
 */
export async function endGroup(group: string): Promise<void> {
  if (await emptiesWithin(group, endMs, () => killGroup(group))) return
  throw new Error(`processes in ${group} did not end within ${endMs / 1000} s of SIGKILL`)
}

/** Returns whether the group, or a group below it, has any process. */
export async function isPopulated(group: string): Promise<boolean> {
  if (isPidGroup(group)) return isPidGroupPopulated(group)
  return /^populated 1$/m.test(readIfPresent(join(group, 'cgroup.events')) ?? '')
}

/** Returns whether any process of a sandbox lives, except those of its services. */
export async function isAlive({ payload, monitor }: Groups): Promise<boolean> {
  // Checked in this order, because a monitor leaves the payload's group.
  return (await isPopulated(payload)) || (await isPopulated(monitor))
}

/** Sends SIGKILL to all processes of a sandbox except those of its services. */
export async function killOwn({ payload, monitor, top, flavour }: Groups): Promise<void> {
  if (flavour === 'pid') return killGroup(top)
  await killGroup(payload)
  await killGroup(monitor)
}

/** Resolves once the group is empty. Its processes must already be ending. Fails after 10 s. */
export async function waitUntilEmpty(group: string): Promise<void> {
  if (!(await isEmptyWithin(group, endMs)))
    throw new Error(`processes in ${group} did not end within ${endMs / 1000} s`)
}

/** Returns whether the group is empty, waiting at most `ms`. */
export function isEmptyWithin(group: string, ms: number): Promise<boolean> {
  return emptiesWithin(group, ms, async () => {})
}

async function emptiesWithin(group: string, ms: number, beforeLook: () => Promise<void>): Promise<boolean> {
  const end = performance.now() + ms
  for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
    await beforeLook()
    if (!(await isPopulated(group))) return true
    if (performance.now() > end) return false
    await sleep(pause)
  }
}

/** Removes a sandbox's empty groups. Ignores missing ones. */
export async function removeGroups(groups: Groups): Promise<void> {
  await Promise.all([...new Set(partsOf(groups))].map((group) => removeGroupTree(group)))
  await removeGroupTree(groups.top)
}

function partsOf({ payload, monitor, memory, pids, cpu }: Groups): readonly string[] {
  return [payload, monitor, memory, pids, cpu]
}

/** Removes an empty group and those below it. Ignores missing ones. */
export async function removeGroupTree(group: string): Promise<void> {
  if (isPidGroup(group)) return removePidGroup(group)
  // Nearly all groups are empty, and listing one costs more than trying to remove it.
  if (await isRemoved(group)) return
  const below = await ifPresent(readdir(group, { withFileTypes: true }))
  for (const entry of below ?? []) if (entry.isDirectory()) await removeGroupTree(join(group, entry.name))
  await removeGroup(group)
}

/** Removes one empty group. Ignores a missing one. */
export async function removeGroup(group: string, attempts = 100): Promise<void> {
  if (isPidGroup(group)) return removePidGroup(group)
  // A v1 group stays busy briefly after its last process has ended.
  for (let attempt = 0; !(await isRemoved(group, attempt < attempts)); attempt++) await sleep(Math.min(attempt + 1, 20))
}

/**
 * Removes a group. Returns true if it is removed or was missing, false if it has processes or
 * groups.
 */
async function isRemoved(group: string, mayBeBusy = true): Promise<boolean> {
  try {
    await rmdir(group)
  } catch (error) {
    if (mayBeBusy && hasCode(error, 'EBUSY')) return false
    if (!isAbsent(error)) throw error
  }
  return true
}

/** Lists the groups below a driver's root. */
export function slotsBelow(home: string, driverTag: string): readonly string[] {
  try {
    return readdirSync(join(home, `harmont-${driverTag}`), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
  } catch (error) {
    if (isAbsent(error)) return []
    throw error
  }
}
