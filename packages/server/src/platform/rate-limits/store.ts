import type { Database } from '../database/transaction.ts'
import { type Bucket, type Buckets, tokenMs } from './buckets.ts'

/** Buckets in PostgreSQL, shared by all processes. Only the database's clock is used. */
export class SharedBuckets implements Buckets {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async take(bucket: Bucket): Promise<number> {
    // `clock_timestamp()` is needed because `now()` of a statement that waits for a row is before
    // the change it waits for.
    const { rowCount } = await this.#database.query({
      name: 'take-token',
      text: `insert into rate_limits as bucket (name, key, full_at) values ($1, $2, clock_timestamp() + $3::interval)
             on conflict (name, key) do update set full_at = greatest(bucket.full_at, clock_timestamp()) + $3::interval
              where greatest(bucket.full_at, clock_timestamp()) + $3::interval <= clock_timestamp() + $4::interval`,
      values: valuesOf(bucket),
    })
    // The refusal stands, even if a token was refilled since.
    return rowCount === 1 ? 0 : Math.max(await this.wait(bucket), 1)
  }

  async wait(bucket: Bucket): Promise<number> {
    const { rows } = await this.#database.query<{ wait_ms: number }>({
      name: 'wait-for-token',
      text: `select ceil(1000 * extract(epoch from greatest(full_at, now()) + $3::interval - now() - $4::interval))::float8 as wait_ms
               from rate_limits where name = $1 and key = $2`,
      values: valuesOf(bucket),
    })
    return Math.max(rows[0]?.wait_ms ?? 0, 0)
  }
}

function valuesOf({ name, key, rule }: Bucket): string[] {
  // Rounded down, so that `count` tokens fit into the bucket.
  return [name, key, `${Math.floor(tokenMs(rule) * 1000)} microseconds`, `${rule.seconds} seconds`]
}

/** Removes full buckets, which equal absent ones. Returns how many. */
export async function removeFullBuckets(database: Database): Promise<number> {
  const { rowCount } = await database.query('delete from rate_limits where full_at < now()')
  return rowCount ?? 0
}
