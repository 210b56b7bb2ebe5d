/** The current trace, which is propagated through promises and timers. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { TraceOrigin } from '@harmont/engine'

const current = new AsyncLocalStorage<TraceOrigin>()

/** Returns the current span; undefined outside a trace. */
export function currentTrace(): TraceOrigin | undefined {
  return current.getStore()
}

/** Runs `work` as a part of this span. */
export function withTrace<T>(origin: TraceOrigin | undefined, work: () => T): T {
  return origin === undefined ? work() : current.run(origin, work)
}

/** Returns the span in which a task of the worker was queued, from `trace` of its payload. */
export function traceOfTask(payload: unknown): TraceOrigin | undefined {
  if (typeof payload !== 'object' || payload === null || !('trace' in payload)) return undefined
  return payload.trace as TraceOrigin
}
