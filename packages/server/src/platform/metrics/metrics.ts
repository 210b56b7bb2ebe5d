import type { DiskWatch } from '@harmont/engine'
import type pg from 'pg'
import type { Logger } from 'pino'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { AnsweredRequest } from '../http/index.ts'
import type { Tracing } from '../tracing/tracing.ts'
import { countWork } from './count-work.ts'
import { type CounterName, counters, type DurationName, durations, type Labels } from './instruments.ts'
import { workGauges } from './work-gauges.ts'

/** The metrics of this process. */
export interface Metrics {
  /** Counts an answer. */
  observe(answered: AnsweredRequest): void
  count(name: CounterName, labels?: Labels, by?: number): void
  time(name: DurationName, seconds: number, labels?: Labels): void
  /** Returns Prometheus text, with its media type. */
  read(): Promise<{ readonly text: string; readonly contentType: string }>
}

export interface MeasuredParts {
  readonly pool: pg.Pool
  readonly disk: Pick<DiskWatch, 'room' | 'full'>
  readonly tracing: Pick<Tracing, 'counts'> | null
  readonly log: Logger
}

/** The buckets of request times in seconds, from a look-up to an upload. */
const buckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60]
/** The buckets of waiting times in seconds. A job may wait for hours. */
const longBuckets = [0.01, 0.05, 0.25, 1, 5, 15, 60, 300, 900, 3_600]

/** Starts measuring. Must be called once per process, except in tests. */
export function createMetrics({ pool, disk, tracing, log }: MeasuredParts): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'harmont_http_request_duration_seconds',
    help: 'Time to complete a response, by operation of the contract',
    labelNames: ['operation', 'method', 'status'],
    buckets,
    registers: [registry],
  })
  const counted = each(counters, (name, { help, labels }) => {
    const counter = new Counter({ name, help, labelNames: labels, registers: [registry] })
    return (given: Labels, by: number) => counter.inc(given, by)
  })
  const timed = each(durations, (name, { help, labels }) => {
    const own = name === 'harmont_job_wait_seconds' ? longBuckets : buckets
    const histogram = new Histogram({ name, help, labelNames: labels, buckets: own, registers: [registry] })
    return (given: Labels, seconds: number) => histogram.observe(given, seconds)
  })
  const showConnections = connectionGauge(registry)
  const work = workGauges(registry)
  const showDisk = diskGauges(registry)
  if (tracing !== null) countSpans(registry, tracing)
  return {
    observe({ operationId, method, status, seconds }) {
      requests.observe({ operation: operationId ?? 'none', method, status }, seconds)
    },
    count: (name, labels = {}, by = 1) => counted[name](labels, by),
    time: (name, seconds, labels = {}) => timed[name](labels, seconds),
    async read() {
      showConnections(pool)
      showDisk(disk)
      // A failing database must not hide the other metrics.
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

interface Described {
  readonly help: string
  readonly labels: readonly string[]
}

/** Maps each instrument of a table. */
function each<Name extends string, T>(
  table: Readonly<Record<Name, Described>>,
  make: (name: string, described: { readonly help: string; readonly labels: string[] }) => T,
): Readonly<Record<Name, T>> {
  const entries = Object.entries<Described>(table).map(([name, { help, labels }]) => [
    name,
    make(name, { help, labels: [...labels] }),
  ])
  return Object.fromEntries(entries)
}

function connectionGauge(registry: Registry) {
  const connections = new Gauge({
    name: 'harmont_database_connections',
    help: 'Database connections of this process: open, idle, and requests waiting for one',
    labelNames: ['state'],
    registers: [registry],
  })
  return ({ totalCount, idleCount, waitingCount }: pg.Pool) => {
    connections.set({ state: 'open' }, totalCount)
    connections.set({ state: 'idle' }, idleCount)
    connections.set({ state: 'waiting' }, waitingCount)
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

/** Exposes the counts of spans, which the sender keeps. */
function countSpans(registry: Registry, tracing: Pick<Tracing, 'counts'>): void {
  const help = {
    sent: 'Spans that the collector accepted',
    dropped: 'Spans that were dropped because the collector was slow, unavailable, or refused them',
  }
  for (const what of ['sent', 'dropped'] as const)
    new Counter({
      name: `harmont_trace_spans_${what}_total`,
      help: help[what],
      registers: [registry],
      collect() {
        this.reset()
        this.inc(tracing.counts[what])
      },
    })
  new Counter({
    name: 'harmont_trace_export_failures_total',
    help: 'Failed exports of spans to the collector',
    registers: [registry],
    collect() {
      this.reset()
      this.inc(tracing.counts.failures)
    },
  })
}
