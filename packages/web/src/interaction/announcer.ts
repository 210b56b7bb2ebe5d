import { useEffect, useState } from 'react'

/** What waits to be said, and when something was said last (Unix milliseconds). */
export interface Speech {
  readonly waiting: readonly string[]
  readonly saidAt: number
}

export const silence: Speech = { waiting: [], saidAt: Number.NEGATIVE_INFINITY }

const quietMs = 5000
/** Of a long wait the newest matter. */
const keptCount = 5

/** Something is to be said. */
export function heard({ waiting, saidAt }: Speech, text: string): Speech {
  return { waiting: [...waiting.filter((one) => one !== text), text].slice(-keptCount), saidAt }
}

/** What to say and in how many milliseconds, all that waits at once; null: nothing waits. */
export function nextToSay(
  { waiting, saidAt }: Speech,
  now: number,
): { readonly text: string; readonly inMs: number; readonly after: Speech } | null {
  if (waiting.length === 0) return null
  return {
    text: waiting.join(' '),
    inMs: Math.max(0, saidAt + quietMs - now),
    after: { waiting: [], saidAt: now },
  }
}

let speech: Speech = silence
let onChange: () => void = () => undefined

/** Says something to who uses a screen reader: a build's state, a step that failed; never timers or logs (web T3). */
export function announce(text: string): void {
  speech = heard(speech, text)
  onChange()
}

/** Returns what the page's polite live region says now. It changes at most once in 5 s. */
export function useAnnouncement(): string {
  const [said, setSaid] = useState('')
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const speak = () => {
      clearTimeout(timer)
      const next = nextToSay(speech, Date.now())
      if (next === null) return
      if (next.inMs > 0) {
        timer = setTimeout(speak, next.inMs)
        return
      }
      speech = next.after
      setSaid(next.text)
    }
    onChange = speak
    speak()
    return () => clearTimeout(timer)
  }, [])
  return said
}
