import type { WorkerEvents } from 'graphile-worker'

/** Longer than a restart of the database keeps a worker from asking. */
const mostMs = 5_000

/**
 * Calls once when no look for a task has got an answer for some seconds. The library keeps the ids of its tasks from its first look on; when that one fails, as
 * with a database that is slow to connect, it keeps the failure, and every later look fails with it, for as long as the process lives.
 */
export function whenDeaf(events: WorkerEvents, call: () => void): void {
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
