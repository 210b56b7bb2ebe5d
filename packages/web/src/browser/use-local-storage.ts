import { useCallback, useState } from 'react'

/** A choice that is kept on this device. `read` turns what was kept, null without, into a value: it may be anything. */
export function useLocalStorage<Value extends string | number>(
  name: string,
  read: (kept: string | null) => Value,
): readonly [Value, (value: Value) => void] {
  const key = `harmont:${name}`
  const [value, setValue] = useState(() => read(localStorage.getItem(key)))
  const keep = useCallback(
    (next: Value) => {
      localStorage.setItem(key, String(next))
      setValue(next)
    },
    [key],
  )
  return [value, keep]
}
