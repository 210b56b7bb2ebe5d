import { useCallback, useState } from 'react'

/** Reads a text; null if none is stored, or the browser refuses storage. */
export function readItem(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

/** Parses JSON of any type; null if none is stored. */
export function readJson(key: string): unknown {
  try {
    return JSON.parse(readItem(key) ?? 'null')
  } catch {
    // The text is another program's, so no value is stored.
    return null
  }
}

/** Stores a text. If storage is unavailable or full, the text holds for this page only. */
export function writeItem(key: string, text: string): void {
  try {
    localStorage.setItem(key, text)
  } catch {
    // The page has already applied the choice; only later pages miss it.
  }
}

/** Keeps a choice in local storage. `read` converts the stored text, which may have any content. */
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
