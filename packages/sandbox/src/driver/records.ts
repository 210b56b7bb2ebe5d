import { readdir } from 'node:fs/promises'
import { type Layout, sandboxFiles } from '../layout/layout.ts'
import type { SnapshotId } from '../sandbox-driver.ts'
import { plannedSnapshot } from '../snapshots/snapshots.ts'
import { readRecord, type SandboxRecord } from './record.ts'

/** Returns the records of all sandboxes of a directory. Omits lost ones. */
export async function allRecords(layout: Layout): Promise<readonly SandboxRecord[]> {
  const ids = await readdir(layout.sandboxes)
  return ids.map((id) => readRecord(sandboxFiles(layout.sandboxes, id).record)).filter((record) => record !== undefined)
}

/**
 * Returns the layers below sandboxes, and their own snapshots: the process that asked for a
 * snapshot may have died before recording it.
 */
export async function layersOfSandboxes(layout: Layout): Promise<ReadonlySet<SnapshotId>> {
  const records = await allRecords(layout)
  const own = records.map(({ id }) => plannedSnapshot(sandboxFiles(layout.sandboxes, id)))
  return new Set([...records.flatMap(({ layers }) => layers), ...own.filter((id) => id !== undefined)])
}

/** Returns the names of the sandboxes' control groups. */
export function slotsOf(records: readonly SandboxRecord[]): ReadonlySet<string> {
  return new Set(records.map(({ groups }) => groups.top.split('/').at(-1) ?? ''))
}
