/** Measures processor time of this process and everything that it starts, sandboxes included. */
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { findCgroupHome } from '../../packages/sandbox/src/cgroups/home.ts'

/** Milliseconds of processor time. */
interface Spent {
  /** Counts this process. */
  readonly own: number
  /** Counts all others, ended ones too. */
  readonly others: number
}

/** Ends what this process left running, such as the daemons of other tools, when it is closed. */
export interface ProcessorMeter extends AsyncDisposable {
  measure(work: () => Promise<unknown>): Promise<Spent>
}

/**
 * Moves this process to a control group of its own. Its figures cover everything below it: servers,
 * databases, and the groups of sandboxes, which drivers make below their own group. Its last name
 * lets them do so on machines with v2 only.
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

/** Removes a group and those below it. The kernel refuses one in which a process still is. */
function removeGroups(group: string): void {
  for (const { name } of readdirSync(group, { withFileTypes: true }).filter((entry) => entry.isDirectory()))
    removeGroups(join(group, name))
  rmdirSync(group)
}
