import type pg from 'pg'
import { limitKey } from '../../core/gates.ts'
import { changesChannel, everybodyLooks } from '../notifier.ts'
import { transaction } from '../transaction.ts'

/** The owner of a limit on running jobs: a queue (an organization) or one of its pipelines. */
export interface Limited {
  readonly kind: 'queue' | 'pipeline'
  readonly id: string
}

export interface RunningLimit extends Limited {
  readonly limit: number
}

/** Sets a limit; null removes it. Throws when the limit is not a positive 32-bit integer. */
export async function setLimit(pool: pg.Pool, { kind, id }: Limited, limit: number | null): Promise<void> {
  if (limit !== null && !(Number.isInteger(limit) && limit > 0 && limit < 2 ** 31))
    throw new RangeError(`expected a positive integer or null, got ${limit}`)
  await transaction(pool, async (client) => {
    // A change of a build first reads the limits (`lockBuild`), and this statement waits for its
    // lock. So all jobs leased by the old limit are visible, and later leases use the new one.
    await client.query('lock table engine.limits in access exclusive mode')
    if (limit === null) await client.query('delete from engine.limits where kind = $1 and id = $2', [kind, id])
    else
      await client.query(
        'insert into engine.limits (kind, id, jobs) values ($1, $2, $3) on conflict (kind, id) do update set jobs = excluded.jobs',
        [kind, id, limit],
      )
    const { rowCount } = await client.query('update engine.ready set gate = null where gate = $1', [limitKey(kind, id)])
    if (rowCount !== 0) await client.query('select pg_notify($1, $2)', [changesChannel, everybodyLooks])
  })
}

/** Finds the limits of these owners in one statement. */
export async function findLimits(pool: pg.Pool, of: readonly Limited[]): Promise<readonly RunningLimit[]> {
  const { rows } = await pool.query<RunningLimit>({
    name: 'engine-find-limits',
    text: `select l.kind, l.id, l.jobs as limit from unnest($1::text[], $2::text[]) as of(kind, id)
      join engine.limits l on l.kind = of.kind and l.id = of.id order by l.kind, l.id`,
    values: [of.map(({ kind }) => kind), of.map(({ id }) => id)],
  })
  return rows
}
