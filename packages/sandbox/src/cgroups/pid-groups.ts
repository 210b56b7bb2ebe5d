/**
 * Replaces control groups where this process may not make any. A sandbox's launcher makes a pid
 * namespace whose first process becomes the monitor. Killing that process kills all others in the
 * namespace atomically, and no fork escapes. The runtime puts the command into a nested pid
 * namespace.
 *
 * A group is a directory. Its file `first` contains the id of that process, whose command line
 * contains the group's name.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { readIfPresent } from '../system/files.ts'
import { commandLine, killProcess } from '../system/processes.ts'
import type { Groups } from './home.ts'

const place = /^(.*\/pid-groups\/harmont-[0-9a-f]{8}\/([0-9]+-[0-9a-f]{8}))(\/|$)/

/** Makes the directory of a launcher's group. */
export function makePidGroup(top: string): Groups {
  const payload = join(top, 'payload')
  mkdirSync(payload, { recursive: true, mode: 0o700 })
  return { top, payload, monitor: top, join: [], leave: [], memory: top, pids: top, cpu: top, flavour: 'pid' }
}

export function isPidGroup(group: string): boolean {
  return place.test(group)
}

/**
 * Sends SIGKILL to all processes in the group, or for a payload to the processes of the command.
 */
export function killPidGroup(group: string): void {
  const pid = group.endsWith('/payload') ? commandOf(group) : firstOf(group)
  if (pid !== undefined) killProcess(pid)
}

/**
 * Returns whether any process in the group lives. The monitor outlives the command only until it
 * has reported the end.
 */
export function isPidGroupPopulated(group: string): boolean {
  return firstOf(group) !== undefined
}

/** Returns the processes of the command of a payload group, its first process first. */
export function commandProcesses(payload: string): readonly number[] {
  const first = commandOf(payload)
  if (first === undefined) return []
  const all = allProcesses()
  const found = [first]
  for (const pid of found) found.push(...all.filter(({ parent }) => parent === pid).map((each) => each.pid))
  return found
}

export function removePidGroup(group: string): void {
  rmSync(group, { recursive: true, force: true })
}

/** Returns the first process: the launcher, which becomes the monitor. */
function firstOf(group: string): number | undefined {
  const [, top = '', slot = ''] = place.exec(group) ?? []
  const noted = Number(readIfPresent(join(top, 'first')) ?? 0)
  if (noted > 0 && isAlive(noted, slot)) return noted
  if (noted === 0) return undefined
  // The monitor may live although the process that records its id was killed.
  return allProcesses().find(({ pid }) => commandLine(pid).includes(slot))?.pid
}

/**
 * Returns whether the process lives and still belongs to the group: its id may have been reused. An
 * exiting process has no command line while the kernel kills its dependants.
 */
function isAlive(pid: number, slot: string): boolean {
  const known = parentAndState(pid)
  if (known === undefined || known.state === 'Z' || known.state === 'X') return false
  const line = commandLine(pid)
  return line === '' || line.includes(slot)
}

/** Returns the first process of the command, in the innermost namespace. */
function commandOf(payload: string): number | undefined {
  const monitor = firstOf(payload)
  if (monitor === undefined) return undefined
  const depth = namespaceIds(process.pid).length
  const all = allProcesses()
  const below = [monitor]
  for (const pid of below) {
    const ids = namespaceIds(pid)
    if (ids.length === depth + 2 && ids.at(-1) === 1) return pid
    below.push(...all.filter(({ parent }) => parent === pid).map((each) => each.pid))
  }
  return undefined
}

/** Returns a process's ids in all its pid namespaces, outermost first; none if it is gone. */
function namespaceIds(pid: number): readonly number[] {
  const line = /^NSpid:\s*(.*)$/m.exec(readIfPresent(`/proc/${pid}/status`) ?? '')?.[1]
  return line === undefined ? [] : line.split(/\s+/).map(Number)
}

function allProcesses(): readonly { readonly pid: number; readonly parent: number }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const known = parentAndState(Number(name))
      return known === undefined ? [] : [{ pid: Number(name), parent: known.parent }]
    })
}

function parentAndState(pid: number): { readonly parent: number; readonly state: string } | undefined {
  // The process name precedes these fields and may contain any character.
  const [, state = '', parent = ''] = /.*\) (\S) (\d+)/s.exec(readIfPresent(`/proc/${pid}/stat`) ?? '') ?? []
  return state === '' ? undefined : { parent: Number(parent), state }
}
