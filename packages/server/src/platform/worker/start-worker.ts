import { runMigrations } from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { Services } from '../../main/routes.ts'
import { crontab, makeTasks } from '../../main/tasks.ts'
import { keepWorking } from './keep-working.ts'
import { workerLogger } from './worker-logger.ts'

/** Makes the worker's own tables; the outbox needs them before the first build ends. */
export async function migrateWorker(pool: pg.Pool, log: Logger): Promise<void> {
  await runMigrations({ pgPool: pool, logger: workerLogger(log) })
}

/** Runs background work in this process until `stop`; also what is due by the clock, unless `byTheClock` is false. */
export function startWorker(services: Services, byTheClock = true): Promise<{ stop(): Promise<void> }> {
  return keepWorking({ ...services, taskList: makeTasks(services), crontab: byTheClock ? crontab : '' })
}
