import { EventEmitter } from 'node:events'
import { run, runMigrations, type WorkerEvents, Logger as WorkerLogger } from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from 'pino'
import { showWorkerLives } from './living-workers.ts'
import { freeJobsOfTheDead } from './store.ts'
import { crontab, makeTasks, type TaskServices } from './tasks.ts'

/** Makes the worker's own tables; the outbox needs them before the first build ends. */
export async function migrateWorker(pool: pg.Pool, log: Logger): Promise<void> {
  await runMigrations({ pgPool: pool, logger: workerLogger(log) })
}

/** Runs background work in this process until `stop`. */
export async function startWorker(services: TaskServices): Promise<{ stop(): Promise<void> }> {
  const { pool, log } = services
  await freeJobsOfTheDead(pool)
  const events: WorkerEvents = new EventEmitter()
  const lives: ReturnType<typeof showWorkerLives>[] = []
  events.on('pool:create', ({ workerPool }) => lives.push(showWorkerLives(pool, workerPool.id, log)))
  const runner = await run({
    pgPool: pool,
    events,
    logger: workerLogger(log),
    taskList: makeTasks(services),
    crontab,
    // A forge or a mail server may hold a task for ten seconds: metering must not wait behind two of those.
    concurrency: 6,
    noHandleSignals: true,
  })
  return {
    async stop() {
      await runner.stop()
      await Promise.all(lives.map((each) => each.stop()))
    },
  }
}

function workerLogger(log: Logger): WorkerLogger {
  const child = log.child({ part: 'worker' })
  return new WorkerLogger((scope) => (level, message) => {
    const facts = scope.taskIdentifier ? { task: scope.taskIdentifier } : {}
    if (level === 'error') child.error(facts, message)
    else if (level === 'warning') child.warn(facts, message)
    else child.debug(facts, message)
  })
}
