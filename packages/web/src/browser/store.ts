import { useSyncExternalStore } from 'react'

/** A value outside of components; components that use it render again when it changes. */
interface Store<Value> {
  get(): Value
  set(next: Value): void
  /** Returns the value inside a component, which renders again on changes. */
  use(): Value
}

/** Creates a value for the whole page. */
export function createStore<Value>(initial: Value): Store<Value> {
  const listeners = new Set<() => void>()
  let value = initial
  const get = () => value
  const subscribe = (listener: () => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  return {
    get,
    set(next) {
      value = next
      for (const listener of listeners) listener()
    },
    use: () => useSyncExternalStore(subscribe, get, get),
  }
}
