import { useEffect } from 'react'
import { createStore } from '../browser/store.ts'

/** A code that stands as a word, as forges and chats draw it: `:rocket: Deploy`. What is glued to other text, as in `a:key:b`, is no code. */
const codes = /(^|[\s([{"'“])(:[a-z0-9_+-]+:)(?=$|[\s.,;!?)\]}"'”])/g

type Table = Readonly<Record<string, string>>

/** Emoji by name, once some text has asked for them: their names are 15 kB. */
const table = createStore<Table | null>(null)
let isAsked = false

/** Replaces the codes of emoji in a text; a name that the table does not have stays as it is written. */
export function drawEmoji(text: string, emoji: Table): string {
  return text.replace(codes, (all: string, before: string, code: string) => {
    const name = code.slice(1, -1)
    return Object.hasOwn(emoji, name) ? `${before}${emoji[name]}` : all
  })
}

/** The text with its emoji drawn, as soon as their names are there; until then as it is written. */
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
