import { useSyncExternalStore } from 'react'

/** A value that outlives components, and that they draw anew for when it changes. */
interface Store<Value> {
  get(): Value
  set(next: Value): void
  /** Of a component: the value, kept up to date. */
  use(): Value
}

/** Holds a value for the whole page. */
export function createStore<Value>(initial: Value): Store<Value> {
  const listeners = new Set<() => void>()
  let value = initial
  const current = () => value
  const subscribe = (listener: () => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  return {
    get: current,
    set(next) {
      value = next
      for (const listener of listeners) listener()
    },
    use: () => useSyncExternalStore(subscribe, current),
  }
}
