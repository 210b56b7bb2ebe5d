import { setTimeout as sleep } from 'node:timers/promises'
import { isPopulated } from '../cgroups/cgroups.ts'
import type { SandboxFiles } from '../layout/layout.ts'
import { hasPlace } from '../layout/state-place.ts'
import { bootId } from '../system/clock.ts'
import { readIfPresent } from '../system/files.ts'
import { readRecord, type SandboxRecord } from './record.ts'

/** How long a launcher whose driver was killed may take to read what was said to it, and to go on or to end. */
const settlesWithinMs = 10_000

export function hasEnded(files: SandboxFiles): boolean {
  return readIfPresent(files.exit) !== undefined || readIfPresent(files.outcome) !== undefined
}

/**
 * Returns whether the word to start was said for a sandbox of this boot whose command was written down and whose driver is no more. A launcher has made the file for
 * the monitor's word by then, or is about to end. True at once when that file can no longer tell: the command is there, or the file's place was lost.
 */
export async function isBegun(files: SandboxFiles, record: SandboxRecord): Promise<boolean> {
  for (const end = performance.now() + settlesWithinMs; ; await sleep(5)) {
    // Asked first: what there is then was left by those who have ended.
    const isAlive = await isPopulated(record.groups.top)
    if (hasEnded(files) || !hasPlace(files)) return true
    if (readIfPresent(files.sync) !== undefined || readIfPresent(files.pid) !== undefined) return true
    if (!isAlive) return false
    if (performance.now() > end) return true
  }
}

/** False only when it is known that none has. */
export async function mayHaveBegun(files: SandboxFiles): Promise<boolean> {
  const record = readRecord(files.record)
  if (record === undefined || record.bootId !== bootId || !hasPlace(files)) return true
  return readIfPresent(files.started) !== undefined && (await isBegun(files, record))
}
