import { EventEmitter } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Runner, run, type TaskList, type WorkerEvents } from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from 'pino'
import { whenDeaf } from './deaf-worker.ts'
import { showWorkerLives } from './living-workers.ts'
import { freeJobsOfTheDead } from './store.ts'
import { workerLogger } from './worker-logger.ts'

export interface Work {
  readonly pool: pg.Pool
  readonly log: Logger
  readonly taskList: TaskList
  /** When tasks run by themselves, as graphile-worker's crontab. */
  readonly crontab: string
}

/** The library's worker with the locks by which others see that it lives. */
interface Shift {
  readonly runner: Runner
  readonly lives: readonly ReturnType<typeof showWorkerLives>[]
}

const pauseMs = 1_000

/**
 * Runs background work in this process until `stop`. The library gives up when it cannot write down how a task ended, as while the database is away, and may
 * never find a task again when it could not at first: then it begins anew. Rejects when it cannot begin the first time.
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
      if (stopping.signal.aborted) await shift.runner.stop()
    }
  }
  return {
    async stop() {
      stopping.abort()
      await shift.runner.stop().catch(() => undefined) // it has stopped already
      await kept
    },
  }
}

async function begin({ pool, log, taskList, crontab }: Work): Promise<Shift> {
  await freeJobsOfTheDead(pool)
  const events: WorkerEvents = new EventEmitter()
  const lives: ReturnType<typeof showWorkerLives>[] = []
  events.on('pool:create', ({ workerPool }) => lives.push(showWorkerLives(pool, workerPool.id, log)))
  const runner = await run({
    pgPool: pool,
    events,
    logger: workerLogger(log),
    taskList,
    crontab,
    // A forge or a mail server may hold a task for ten seconds: metering must not wait behind two of those.
    concurrency: 6,
    noHandleSignals: true,
    // Without a batch, even of one, nobody hears of an end that could not be written, and the process dies of it.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  })
  whenDeaf(events, () => void runner.stop().catch(() => undefined)) // it is stopping already
  return { runner, lives }
}

/** Resolves when the worker has ended, for whatever reason, and with it the signs that it lives. */
async function end({ runner, lives }: Shift): Promise<void> {
  await runner.promise.catch(() => undefined) // the library has logged why
  await Promise.all(lives.map((each) => each.stop()))
}

/** Begins until it succeeds; undefined when it is to stop. */
async function again(work: Work, signal: AbortSignal): Promise<Shift | undefined> {
  while (!signal.aborted) {
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined) // to be stopped
    if (signal.aborted) return undefined
    try {
      return await begin(work)
    } catch (error) {
      work.log.warn({ err: error }, 'background work cannot start; retrying')
    }
  }
  return undefined
}
