import type pg from 'pg'
import { inBatches } from '../../platform/worker/in-batches.ts'
import { forgetSources } from './retention-store.ts'

const dayMs = 24 * 3600 * 1000
const batch = 500

/**
 * Forgets the source archives of builds whose time was over more than so many days ago. What no build refers to any more is nobody's, and the sweep of blobs
 * takes it: an archive that a rebuild shares stays as long as one of them has it. Gives of how many builds.
 */
export async function removeOldSources(pool: pg.Pool, keptDays: number | 'forever', now: Date): Promise<number> {
  if (keptDays === 'forever') return 0
  const before = new Date(now.getTime() - keptDays * dayMs)
  return inBatches(batch, (limit) => forgetSources(pool, before, limit))
}
