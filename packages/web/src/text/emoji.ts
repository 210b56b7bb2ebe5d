import { useEffect } from 'react'
import { createStore } from '../browser/store.ts'

/**
 * Matches an emoji code that stands as a word: `:rocket: Deploy`. Ignores codes inside other text,
 * as in `a:key:b`.
 */
const codes = /(^|[\s([{"'“])(:[a-z0-9_+-]+:)(?=$|[\s.,;!?)\]}"'”])/g

type Table = Readonly<Record<string, string>>

/** Maps names to emoji; loaded when a text first needs it, because the names are 15 kB. */
const table = createStore<Table | null>(null)
let isAsked = false

/** Replaces emoji codes in a text; unknown names stay. */
export function drawEmoji(text: string, emoji: Table): string {
  return text.replace(codes, (all: string, before: string, code: string) => {
    const name = code.slice(1, -1)
    return Object.hasOwn(emoji, name) ? `${before}${emoji[name]}` : all
  })
}

/** Returns the text with its emoji drawn once their names are loaded. */
export function useEmoji(text: string): string {
  const emoji = table.use()
  const hasCode = text.search(codes) >= 0
  useEffect(() => {
    if (!hasCode || isAsked) return
    isAsked = true
    void import('gemoji').then(({ nameToEmoji }) => table.set(nameToEmoji))
  }, [hasCode])
  return hasCode && emoji !== null ? drawEmoji(text, emoji) : text
}
