import { Logger as WorkerLogger } from 'graphile-worker'
import type { Logger } from 'pino'

/** Our log as graphile-worker takes one. */
export function workerLogger(log: Logger): WorkerLogger {
  const child = log.child({ part: 'worker' })
  return new WorkerLogger((scope) => (level, message) => {
    const facts = scope.taskIdentifier ? { task: scope.taskIdentifier } : {}
    if (level === 'error') child.error(facts, message)
    else if (level === 'warning') child.warn(facts, message)
    else child.debug(facts, message)
  })
}
