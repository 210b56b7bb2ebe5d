import { isPopulated } from './cgroups.ts'
import { readIfPresent } from './files.ts'
import type { SandboxFiles } from './layout.ts'
import { bootId, readRecord, type SandboxRecord } from './record.ts'

export function hasEnded(files: SandboxFiles): boolean {
  return readIfPresent(files.exit) !== undefined || readIfPresent(files.outcome) !== undefined
}

/** Of a sandbox of this boot whose command was written down: whether the word to start was said too. */
export async function isBegun(files: SandboxFiles, record: SandboxRecord): Promise<boolean> {
  return hasEnded(files) || readIfPresent(files.sync) !== undefined || (await isPopulated(record.groups.top))
}

/** False only when it is known that none has. */
export async function mayHaveBegun(files: SandboxFiles): Promise<boolean> {
  const record = readRecord(files.record)
  if (record === undefined || record.bootId !== bootId) return true
  return readIfPresent(files.started) !== undefined && (await isBegun(files, record))
}
