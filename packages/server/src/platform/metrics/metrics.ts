import type { DiskWatch } from '@harmont/engine'
import type pg from 'pg'
import type { Logger } from 'pino'
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Database } from '../database/transaction.ts'
import type { AnsweredRequest } from '../http/index.ts'

/** Metrics of this process for a monitor. */
export interface Metrics {
  /** Counts an answer. */
  observe(answered: AnsweredRequest): void
  /** Returns Prometheus text, with its media type. */
  read(): Promise<{ readonly text: string; readonly contentType: string }>
}

/** Seconds, from a look-up to an upload. */
const buckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60]

/** Starts measuring. Must be called once per process, except in tests. */
export function createMetrics(pool: pg.Pool, disk: Pick<DiskWatch, 'room' | 'full'>, log: Logger): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'harmont_http_request_duration_seconds',
    help: 'Time to complete a response, by operation of the contract',
    labelNames: ['operation', 'method', 'status'],
    buckets,
    registers: [registry],
  })
  const connections = new Gauge({
    name: 'harmont_database_connections',
    help: 'Database connections of this process: open, idle, and requests waiting for one',
    labelNames: ['state'],
    registers: [registry],
  })
  const work = workGauges(registry)
  const showDisk = diskGauges(registry)
  return {
    observe({ operationId, method, status, seconds }) {
      requests.observe({ operation: operationId ?? 'none', method, status }, seconds)
    },
    async read() {
      connections.set({ state: 'open' }, pool.totalCount)
      connections.set({ state: 'idle' }, pool.idleCount)
      connections.set({ state: 'waiting' }, pool.waitingCount)
      showDisk(disk)
      // Without the database the other metrics matter even more.
      try {
        work.set(await countWork(pool))
      } catch (error) {
        log.warn({ err: error }, 'could not read the queue sizes from the database')
        work.set(null)
      }
      return { text: await registry.metrics(), contentType: registry.contentType }
    },
  }
}

function diskGauges(registry: Registry) {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] })
  const free = gauge('harmont_disk_free_bytes', 'Free bytes on the disk of the data directory')
  const size = gauge('harmont_disk_size_bytes', 'Size in bytes of the disk of the data directory')
  const isFull = gauge('harmont_disk_full', '1 while no work starts because too little disk space is free')
  return ({ room, full }: Pick<DiskWatch, 'room' | 'full'>) => {
    free.set(room.freeBytes)
    size.set(room.sizeBytes)
    isFull.set(full === null ? 0 : 1)
  }
}

function workGauges(registry: Registry) {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] })
  const isUp = gauge('harmont_database_up', '1 when the database answered this scrape')
  const gauges = {
    waiting: gauge('harmont_jobs_waiting', 'Jobs waiting for a runner, across all processes'),
    running: gauge('harmont_jobs_running', 'Jobs held by a runner, across all processes'),
    unfinished: gauge('harmont_builds_unfinished', 'Unfinished builds'),
    tasks: gauge('harmont_tasks_waiting', 'Pending background tasks: mails, checks, webhooks'),
  }
  const ready = new Gauge({
    name: 'harmont_jobs_ready',
    help: 'Jobs that wait for a runner of the pool and for no limit',
    labelNames: ['pool'],
    registers: [registry],
  })
  return {
    set(counts: Awaited<ReturnType<typeof countWork>> | null) {
      isUp.set(counts === null ? 0 : 1)
      ready.reset()
      for (const [pool, count] of Object.entries(counts?.ready ?? {})) ready.set({ pool }, count)
      for (const name of ['waiting', 'running', 'unfinished', 'tasks'] as const) {
        if (counts === null) gauges[name].remove()
        else gauges[name].set(counts[name])
      }
    },
  }
}

/** Counts of pending work. */
interface WorkCounts {
  readonly waiting: number
  readonly running: number
  readonly unfinished: number
  readonly tasks: number
  /** Ready jobs by pool: of each pool with a runner, and of each that a job asks for. */
  readonly ready: Readonly<Record<string, number>>
}

/** Counts pending work, in tables and indexes that contain nothing else. */
async function countWork(database: Database): Promise<WorkCounts> {
  const { rows } = await database.query<WorkCounts>({
    name: 'count-work',
    text: `select (select count(*)::int from engine.ready) as waiting,
                  (select count(*)::int from engine.leases) as running,
                  (select count(*)::int from engine.builds where finished_at is null) as unfinished,
                  (select count(*)::int from graphile_worker.jobs) as tasks,
                  (select coalesce(json_object_agg(pool, count), '{}') from (
                     select pool, count(job_id)::int as count from (
                       select coalesce(pool, 'default') as pool, job_id from engine.ready where gate is null and coalesce(not_before, now()) <= now()
                       union all select pool, null from engine.runners where pool is not null) each group by pool) pools) as ready`,
  })
  const [row] = rows
  if (row === undefined) throw new Error('a select without from gives one row')
  return row
}
