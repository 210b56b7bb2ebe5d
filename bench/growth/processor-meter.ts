/** Measures processor time of this process and its descendants, including sandboxes. */
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { findCgroupHome } from '../../packages/sandbox/src/cgroups/home.ts'

/** Milliseconds of processor time. */
interface Spent {
  /** Counts this process. */
  readonly own: number
  /** Counts all other processes, including ended ones. */
  readonly others: number
}

/** Kills the descendants that still run, such as daemons of other tools, when it is closed. */
export interface ProcessorMeter extends AsyncDisposable {
  measure(work: () => Promise<unknown>): Promise<Spent>
}

/**
 * Moves this process to a control group of its own. Its figures cover every group below it:
 * servers, databases, and the sandbox groups, which drivers make below their own group. On machines
 * with only cgroup v2, drivers recognize this process's group by its last path component.
 */
export function openProcessorMeter(): ProcessorMeter {
  const home = findCgroupHome()?.unified
  if (home === undefined) throw new Error('processor time is measured with control groups, and this machine has none')
  const group = join(home, `harmont-bench-${process.pid}`)
  const inner = join(group, 'harmont-server')
  mkdirSync(inner, { recursive: true })
  writeFileSync(join(inner, 'cgroup.procs'), String(process.pid))
  const all = () => Number(/^usage_usec (\d+)$/m.exec(readFileSync(join(group, 'cpu.stat'), 'utf8'))?.[1]) / 1e3
  const own = () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e3
  }
  return {
    async measure(work) {
      const before = { own: own(), all: all() }
      await work()
      const mine = own() - before.own
      return { own: mine, others: all() - before.all - mine }
    },
    async [Symbol.asyncDispose]() {
      writeFileSync(join(home, 'cgroup.procs'), String(process.pid))
      writeFileSync(join(group, 'cgroup.kill'), '1')
      while (/^populated 1$/m.test(readFileSync(join(group, 'cgroup.events'), 'utf8'))) await sleep(20)
      removeGroups(group)
    },
  }
}

/**
 * Removes a group and its descendants. The kernel refuses to remove a group that still has
 * processes.
 */
function removeGroups(group: string): void {
  for (const { name } of readdirSync(group, { withFileTypes: true }).filter((entry) => entry.isDirectory()))
    removeGroups(join(group, name))
  rmdirSync(group)
}
