import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive } from '../cgroups/cgroups.ts'
import type { Layout, SandboxFiles } from '../layout/layout.ts'
import { hasStateDirectory } from '../layout/state-directory.ts'
import { bootId } from '../system/clock.ts'
import { readIfPresent, writeAtomically } from '../system/files.ts'
import { readRecord, type SandboxRecord } from './record.ts'

/**
 * Time limit for a killed driver's launcher to read its last command, and to execute it or exit.
 */
const settlesWithinMs = 10_000

export function hasEnded(files: SandboxFiles): boolean {
  return readIfPresent(files.exit) !== undefined || readIfPresent(files.outcome) !== undefined
}

/**
 * Returns whether the start command was sent for a sandbox of this boot whose command is on disk
 * and whose driver is dead. By the time this resolves, the launcher has made the monitor's sync
 * file, or is about to exit. Returns true immediately if that file no longer shows it: the command
 * has ended, or its state directory is lost.
 */
export async function isBegun(files: SandboxFiles, record: SandboxRecord): Promise<boolean> {
  for (const end = performance.now() + settlesWithinMs; ; await sleep(5)) {
    // Checked first: files found afterwards are those of dead processes.
    const lives = await isAlive(record.groups)
    if (hasEnded(files) || !hasStateDirectory(files)) return true
    if (readIfPresent(files.sync) !== undefined || readIfPresent(files.pid) !== undefined) return true
    if (!lives) return false
    if (performance.now() > end) return true
  }
}

/**
 * Returns whether a command may have begun. Returns false only if it is certain that none has
 * begun.
 */
export async function mayHaveBegun(files: SandboxFiles): Promise<boolean> {
  const record = readRecord(files.record)
  if (record === undefined || record.bootId !== bootId || !hasStateDirectory(files)) return true
  return readIfPresent(files.started) !== undefined && (await isBegun(files, record))
}

/**
 * Records that no command has begun under an id. The record is needed between the removal of one
 * sandbox and the creation of the next, when a crash would leave no sandbox to show it. Valid for
 * this boot only: after a power failure the file may reappear although a command has begun since.
 */

type Place = Pick<Layout, 'unbegun'>

export function keepUnbegun({ unbegun }: Place, id: string): void {
  writeAtomically(join(unbegun, id), bootId)
}

/** Removes the record. Call it before a command may begin. */
export function forgetUnbegun({ unbegun }: Place, id: string): void {
  rmSync(join(unbegun, id), { force: true })
}

export function isUnbegun({ unbegun }: Place, id: string): boolean {
  return readIfPresent(join(unbegun, id)) === bootId
}
