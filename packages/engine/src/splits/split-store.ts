import { createHash } from 'node:crypto'
import type { PlannedSplit } from '@harmont/ir'
import type { Deal, SplitFile } from './deal.ts'

/** The files to deal out: steps of a build that name the same are shards of one split. */
export type FileSplit = Pick<PlannedSplit, 'files' | 'total'>

/** Deals out the files of splits. */
export interface SplitStore {
  /**
   * Returns how these files are dealt out to the shards of a split. The first call decides it, by
   * the times that files took in earlier builds; later ones, of any process, return the same.
   */
  deal(buildId: string, split: FileSplit, files: readonly SplitFile[]): Promise<Deal>
}

/** Returns what identifies a split within its build. */
export function splitKey({ files, total }: FileSplit): string {
  return createHash('sha256')
    .update(JSON.stringify([files, total]))
    .digest('hex')
}
