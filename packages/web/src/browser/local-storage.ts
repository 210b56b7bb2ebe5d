import { useCallback, useState } from 'react'

/** Reads a text; null: none is stored, or the browser refuses storage. */
export function readItem(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

/** Reads JSON, which may be anything; null: none is stored. */
export function readJson(key: string): unknown {
  try {
    return JSON.parse(readItem(key) ?? 'null')
  } catch {
    // Another program's text: nothing of ours is stored.
    return null
  }
}

/** Stores a text. Without storage, or in a full one, it holds for this page only. */
export function writeItem(key: string, text: string): void {
  try {
    localStorage.setItem(key, text)
  } catch {
    // The page has applied the choice already; only the next one will not know it.
  }
}

/** Keeps a choice in local storage. `read` converts the stored text, which may be anything. */
export function useLocalStorage<Value extends string | number>(
  name: string,
  read: (stored: string | null) => Value,
): readonly [Value, (value: Value) => void] {
  const key = `harmont:${name}`
  const [value, setValue] = useState(() => read(readItem(key)))
  const store = useCallback(
    (next: Value) => {
      writeItem(key, String(next))
      setValue(next)
    },
    [key],
  )
  return [value, store]
}
