import { useEffect, useState } from 'react'
import { heard, nextToSay, type Speech, silence } from './announce.ts'

let speech: Speech = silence
let onChange: () => void = () => undefined

/** Says something to who uses a screen reader: a build's state, a step that failed; never timers or logs (web T3). */
export function announce(text: string): void {
  speech = heard(speech, text)
  onChange()
}

/** The polite live region of the page; it speaks at most once in 5 s. */
export function Announcer() {
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
  return (
    <div aria-live="polite" className="sr-only">
      {said}
    </div>
  )
}
