import { createHash } from 'node:crypto'
import type { PlannedSplit } from '@harmont/ir'
import type { Deal, SplitFile } from './deal.ts'

/** The files to deal. Steps of a build with equal values are shards of one split. */
export type FileSplit = Pick<PlannedSplit, 'files' | 'total'>

/** Deals the files of splits. */
export interface SplitStore {
  /**
   * Returns the deal of these files to the shards of a split. The first call decides it by the
   * times of files in earlier builds; later calls, of any process, return the same.
   */
  deal(buildId: string, split: FileSplit, files: readonly SplitFile[]): Promise<Deal>
}

/** Returns the key of a split within its build. */
export function splitKey({ files, total }: FileSplit): string {
  return createHash('sha256')
    .update(JSON.stringify([files, total]))
    .digest('hex')
}
