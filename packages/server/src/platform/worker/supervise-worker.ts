import { EventEmitter } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Runner,
  run,
  runMigrations,
  type TaskList,
  type WorkerEvents,
  Logger as WorkerLogger,
} from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from 'pino'
import { keepWorkerLock, releaseJobsOfDeadWorkers } from './worker-locks.ts'

export interface Work {
  readonly pool: pg.Pool
  readonly log: Logger
  readonly taskList: TaskList
  /** The schedule of recurring tasks, as graphile-worker's crontab. */
  readonly crontab: string
  /** The time for the library to record the ends of its last tasks. */
  readonly recordingMs?: number
}

/** The library's worker, with the locks that show that it is alive. */
interface WorkerRun {
  readonly runner: Runner
  /** Aborted some time after the last task has ended. */
  readonly late: AbortSignal
  readonly locks: readonly ReturnType<typeof keepWorkerLock>[]
}

const pauseMs = 1_000

/**
 * Runs background work in this process until `stop`. The library stops when it cannot record the
 * end of a task, for example without its database. After a failed first query, it may never find a
 * task again. In both cases it is restarted. Rejects if the first start fails.
 *
 * If recording two ends fails at the same moment, the library miscounts running tasks and its stop
 * never resolves (0.18.0, `batch` in `main.js`). Waiting for it is therefore limited.
 */
export async function superviseWorker(work: Work): Promise<{ stop(): Promise<void> }> {
  const stopping = new AbortController()
  let current = await begin(work)
  const supervised = supervise()

  async function supervise(): Promise<void> {
    for (;;) {
      await end(current)
      if (stopping.signal.aborted) return
      work.log.warn('background work stopped; restarting it')
      const next = await again(work, stopping.signal)
      if (next === undefined) return
      current = next
      if (stopping.signal.aborted) await stopRun(current)
    }
  }
  return {
    async stop() {
      stopping.abort()
      await stopRun(current)
      await supervised
    },
  }
}

async function begin({ pool, log, taskList, crontab, recordingMs = 5_000 }: Work): Promise<WorkerRun> {
  await releaseJobsOfDeadWorkers(pool)
  const events: WorkerEvents = new EventEmitter()
  const locks: ReturnType<typeof keepWorkerLock>[] = []
  events.on('pool:create', ({ workerPool }) => locks.push(keepWorkerLock(pool, workerPool.id, log)))
  const late = new AbortController()
  for (const tasksEnded of [
    'pool:gracefulShutdown:complete',
    'pool:forcefulShutdown:complete',
    'pool:forcefulShutdown:error',
  ] as const)
    events.once(tasksEnded, () => setTimeout(() => late.abort(), recordingMs).unref())
  const runner = await run({
    pgPool: releasedOnce(pool),
    events,
    logger: workerLogger(log),
    taskList,
    crontab,
    // A forge or a mail server may occupy a task for ten seconds. Metering must not wait for two
    // such tasks.
    concurrency: 6,
    noHandleSignals: true,
    // Without batches, even of one task, the library's error would be unhandled and end the
    // process.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  })
  onFailingPolls(events, () => void runner.stop().catch(() => undefined)) // already stopping
  return { runner, late: late.signal, locks }
}

/**
 * Returns the same pool, but a second release of a connection has no effect. The library releases
 * its listening connection twice if it breaks while the worker stops (0.18.0, `release` in
 * `main.js`), and the pool's error would end the process.
 */
export function releasedOnce(pool: pg.Pool): pg.Pool {
  type Use = Parameters<pg.Pool['connect']>[0]
  const connect = (use?: Use) => {
    if (use === undefined) return pool.connect()
    pool.connect((error, client, release) => {
      let isReleased = false
      use(error, client, (broken) => {
        if (!isReleased) release(broken)
        isReleased = true
      })
    })
  }
  return new Proxy(pool, { get: (target, key) => (key === 'connect' ? connect : Reflect.get(target, key)) })
}

/** Resolves when the worker has ended, for any reason, and its locks are released. */
async function end(current: WorkerRun): Promise<void> {
  await endOrLate(current, current.runner.promise) // the library has logged the error
  await Promise.all(current.locks.map((each) => each.stop()))
}

async function stopRun(current: WorkerRun): Promise<void> {
  await endOrLate(current, current.runner.stop()) // it may have stopped already
}

/** Resolves when the library has ended, with or without an error, or its time is over. */
function endOrLate({ late }: WorkerRun, ended: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    ended.then(
      () => resolve(),
      () => resolve(),
    )
    late.addEventListener('abort', () => resolve())
    if (late.aborted) resolve()
  })
}

/** Starts the worker, with retries. Returns undefined if `signal` is aborted. */
async function again(work: Work, signal: AbortSignal): Promise<WorkerRun | undefined> {
  while (!signal.aborted) {
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined) // stopped
    if (signal.aborted) return undefined
    try {
      return await begin(work)
    } catch (error) {
      work.log.warn({ err: error }, 'background work cannot start; retrying')
    }
  }
  return undefined
}

/** The time for which polls may fail. A restart of the database takes less. */
const mostMs = 5_000

/**
 * Calls `call` once, when every poll has failed for some seconds. The library caches the ids of its
 * tasks at its first poll; if that fails, for example because the database is slow to connect, it
 * caches the failure, and every later poll fails too.
 */
function onFailingPolls(events: WorkerEvents, call: () => void): void {
  let failingSince: number | undefined
  let isCalled = false
  const recovered = () => {
    failingSince = undefined
  }
  events.on('worker:getJob:empty', recovered)
  events.on('job:start', recovered)
  events.on('worker:getJob:error', () => {
    failingSince ??= performance.now()
    if (isCalled || performance.now() - failingSince < mostMs) return
    isCalled = true
    call()
  })
}

/** Adapts the server's log to graphile-worker. */
function workerLogger(log: Logger): WorkerLogger {
  const child = log.child({ part: 'worker' })
  return new WorkerLogger((scope) => (level, message) => {
    const facts = scope.taskIdentifier ? { task: scope.taskIdentifier } : {}
    if (level === 'error') child.error(facts, message)
    else if (level === 'warning') child.warn(facts, message)
    else child.debug(facts, message)
  })
}

/** Creates the worker's own tables, which the outbox needs before the first build ends. */
export async function migrateWorker(pool: pg.Pool, log: Logger): Promise<void> {
  await runMigrations({ pgPool: pool, logger: workerLogger(log) })
}
