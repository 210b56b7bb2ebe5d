import type { EngineWatch } from '@harmont/engine'
import type pg from 'pg'
import type { BucketOptions } from '../blobs/s3/bucket.ts'
import type { Metrics } from './metrics.ts'

type Counting = Pick<Metrics, 'count' | 'time'>

/** Counts events of leases. */
export function watchEngine(metrics: Counting): EngineWatch {
  return {
    looked: (ms) => metrics.time('harmont_lease_look_seconds', ms / 1000),
    leased({ pool, waitMs, files }) {
      metrics.count('harmont_leases_total', { files })
      metrics.time('harmont_job_wait_seconds', waitMs / 1000, { pool: pool ?? 'default' })
    },
    layerMoved: (way, bytes) => metrics.count('harmont_layer_bytes_total', { way }, bytes),
    leaseLost: () => metrics.count('harmont_leases_lost_total'),
    refused: () => metrics.count('harmont_refused_reports_total'),
  }
}

/** Counts calls to S3. */
export function blobWatch(metrics: Counting): NonNullable<BucketOptions['onCall']> {
  return ({ operation, seconds, failed }) => {
    metrics.time('harmont_blob_call_seconds', seconds, { operation })
    if (failed) metrics.count('harmont_blob_failures_total', { operation })
  }
}

/**
 * Measures the waiting time of statements for which all connections of the pool are busy. Others do
 * not wait.
 */
export function watchConnections(pool: pg.Pool, metrics: Pick<Counting, 'time'>): void {
  const connect: Connect = pool.connect.bind(pool)
  const isBusy = () => pool.idleCount === 0 && pool.totalCount >= pool.options.max
  const over = (began: number) => metrics.time('harmont_database_wait_seconds', (performance.now() - began) / 1000)
  const watched = (callback?: Callback) => {
    if (!isBusy()) return connect(callback)
    const began = performance.now()
    if (callback === undefined) return connect()?.finally(() => over(began))
    return connect((...answer) => {
      over(began)
      callback(...answer)
    })
  }
  pool.connect = watched as typeof pool.connect
}

type Callback = (error: Error | undefined, client: pg.PoolClient | undefined, done: () => void) => void
/** Returns a promise if called without a callback. */
type Connect = (callback?: Callback) => Promise<pg.PoolClient> | undefined
