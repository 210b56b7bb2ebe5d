/** The trace of the work at hand: it follows promises and timers, as a request does. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { TraceOrigin } from '@harmont/engine'

const current = new AsyncLocalStorage<TraceOrigin>()

/** Returns the span that the work at hand is part of; undefined outside a trace. */
export function currentTrace(): TraceOrigin | undefined {
  return current.getStore()
}

/** Does the work as a part of this span. */
export function withTrace<T>(origin: TraceOrigin | undefined, work: () => T): T {
  return origin === undefined ? work() : current.run(origin, work)
}

/** Returns the span that a task of the worker was queued in; its payload has it as `trace`. */
export function traceOfTask(payload: unknown): TraceOrigin | undefined {
  if (typeof payload !== 'object' || payload === null || !('trace' in payload)) return undefined
  return payload.trace as TraceOrigin
}
