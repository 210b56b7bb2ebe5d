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
import { freeJobsOfTheDead, showWorkerLives } from './worker-locks.ts'

export interface Work {
  readonly pool: pg.Pool
  readonly log: Logger
  readonly taskList: TaskList
  /** When tasks run by themselves, as graphile-worker's crontab. */
  readonly crontab: string
  /** How long the library may take to record how its last tasks ended. */
  readonly lastWordsMs?: number
}

/** The library's worker, with the locks that show it is alive. */
interface Shift {
  readonly runner: Runner
  /** Aborted some time after the last task has ended. */
  readonly late: AbortSignal
  readonly lives: readonly ReturnType<typeof showWorkerLives>[]
}

const pauseMs = 1_000

/**
 * Runs background work in this process until `stop`. The library stops when it cannot record how a
 * task ended, for example without its database, and may never find a task again after a failed
 * first query. It is then restarted. Rejects when the first start fails.
 *
 * When two ends fail to be recorded at the same moment, the library miscounts running tasks and its
 * stop never resolves (0.18.0, `batch` in `main.js`). So nobody waits for it for long.
 */
export async function keepWorking(work: Work): Promise<{ stop(): Promise<void> }> {
  const stopping = new AbortController()
  let shift = await begin(work)
  const kept = keep()

  async function keep(): Promise<void> {
    for (;;) {
      await end(shift)
      if (stopping.signal.aborted) return
      work.log.warn('background work stopped; restarting it')
      const next = await again(work, stopping.signal)
      if (next === undefined) return
      shift = next
      if (stopping.signal.aborted) await stopShift(shift)
    }
  }
  return {
    async stop() {
      stopping.abort()
      await stopShift(shift)
      await kept
    },
  }
}

async function begin({ pool, log, taskList, crontab, lastWordsMs = 5_000 }: Work): Promise<Shift> {
  await freeJobsOfTheDead(pool)
  const events: WorkerEvents = new EventEmitter()
  const lives: ReturnType<typeof showWorkerLives>[] = []
  events.on('pool:create', ({ workerPool }) => lives.push(showWorkerLives(pool, workerPool.id, log)))
  const late = new AbortController()
  for (const tasksEnded of [
    'pool:gracefulShutdown:complete',
    'pool:forcefulShutdown:complete',
    'pool:forcefulShutdown:error',
  ] as const)
    events.once(tasksEnded, () => setTimeout(() => late.abort(), lastWordsMs).unref())
  const runner = await run({
    pgPool: pool,
    events,
    logger: workerLogger(log),
    taskList,
    crontab,
    // A forge or a mail server may hold a task for ten seconds. Metering must not wait behind two
    // of those.
    concurrency: 6,
    noHandleSignals: true,
    // Without a batch, even of one, the library's error is unhandled and ends the process.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  })
  whenDeaf(events, () => void runner.stop().catch(() => undefined)) // already stopping
  return { runner, late: late.signal, lives }
}

/** Resolves when the worker has ended, for whatever reason, and its locks are released. */
async function end(shift: Shift): Promise<void> {
  await unlessLate(shift, shift.runner.promise) // the library has logged the error
  await Promise.all(shift.lives.map((each) => each.stop()))
}

async function stopShift(shift: Shift): Promise<void> {
  await unlessLate(shift, shift.runner.stop()) // it may have stopped already
}

/** Resolves when the library has ended, with or without an error, or is late. */
function unlessLate({ late }: Shift, ended: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    ended.then(
      () => resolve(),
      () => resolve(),
    )
    late.addEventListener('abort', () => resolve())
    if (late.aborted) resolve()
  })
}

/** Starts the worker, with retries; undefined when it is to stop. */
async function again(work: Work, signal: AbortSignal): Promise<Shift | undefined> {
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

/** Longer than a restart of the database keeps the worker from polling. */
const mostMs = 5_000

/**
 * Calls once when every poll has failed for some seconds. The library caches the ids of its tasks
 * at its first poll; if that fails, for example because the database is slow to connect, it caches
 * the failure, and every later poll fails too.
 */
function whenDeaf(events: WorkerEvents, call: () => void): void {
  let deafSince: number | undefined
  let isCalled = false
  const hears = () => {
    deafSince = undefined
  }
  events.on('worker:getJob:empty', hears)
  events.on('job:start', hears)
  events.on('worker:getJob:error', () => {
    deafSince ??= performance.now()
    if (isCalled || performance.now() - deafSince < mostMs) return
    isCalled = true
    call()
  })
}

/** Adapts our log to graphile-worker. */
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
