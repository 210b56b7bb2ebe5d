import { useEffect, useState } from 'react'

/** Waiting announcements, and the time of the last one (Unix milliseconds). */
export interface Speech {
  readonly waiting: readonly string[]
  readonly spokenAt: number
}

export const silence: Speech = { waiting: [], spokenAt: Number.NEGATIVE_INFINITY }

const quietMs = 5000
/** After a long wait, only the newest announcements are kept. */
const mostWaiting = 5

/** Queues an announcement. */
export function queued({ waiting, spokenAt }: Speech, text: string): Speech {
  return { waiting: [...waiting.filter((one) => one !== text), text].slice(-mostWaiting), spokenAt }
}

/** Returns all waiting announcements as one text, and the time to make it; null if none waits. */
export function nextToSay(
  { waiting, spokenAt }: Speech,
  now: number,
): { readonly text: string; readonly inMs: number; readonly after: Speech } | null {
  if (waiting.length === 0) return null
  return {
    text: waiting.join(' '),
    inMs: Math.max(0, spokenAt + quietMs - now),
    after: { waiting: [], spokenAt: now },
  }
}

let speech: Speech = silence
let onChange: () => void = () => undefined

/** Announces a build's state or a failed step to screen readers (web T3). */
export function announce(text: string): void {
  speech = queued(speech, text)
  onChange()
}

/** Returns the current text of the page's polite live region. It changes at most once in 5 s. */
export function useAnnouncement(): string {
  const [announcement, setAnnouncement] = useState('')
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
      setAnnouncement(next.text)
    }
    onChange = speak
    speak()
    return () => clearTimeout(timer)
  }, [])
  return announcement
}
