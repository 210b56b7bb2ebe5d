import { readdir } from 'node:fs/promises'
import { type Layout, sandboxFiles } from './layout.ts'
import { readRecord, type SandboxRecord } from './record.ts'

/** The records of all sandboxes of a directory; those that are lost are left out. */
export async function allRecords(layout: Layout): Promise<readonly SandboxRecord[]> {
  const ids = await readdir(layout.sandboxes)
  return ids.map((id) => readRecord(sandboxFiles(layout.sandboxes, id).record)).filter((record) => record !== undefined)
}

/** Names of the control groups that sandboxes have. */
export function slotsOf(records: readonly SandboxRecord[]): ReadonlySet<string> {
  return new Set(records.map(({ groups }) => groups.top.split('/').at(-1) ?? ''))
}
