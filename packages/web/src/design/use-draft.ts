import { useEffect, useRef, useState } from 'react'

const pauseMs = 300

/**
 * Keeps a text while it is typed, and passes it on, trimmed, when typing pauses. A new `value`, for
 * example after Back, replaces the text.
 */
export function useDraft(value: string, onPause: (text: string) => void): readonly [string, (text: string) => void] {
  const [draft, setDraft] = useState(value)
  const given = useRef(value)
  const newest = useRef(onPause)
  newest.current = onPause
  useEffect(() => {
    if (value === given.current) return
    given.current = value
    setDraft(value)
  }, [value])
  useEffect(() => {
    const text = draft.trim()
    if (text === given.current) return
    const timer = setTimeout(() => {
      given.current = text
      newest.current(text)
    }, pauseMs)
    return () => clearTimeout(timer)
  }, [draft])
  return [draft, setDraft]
}
