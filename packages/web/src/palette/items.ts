import { recentFirst } from '../browser/recent.ts'

/** An item of the palette. */
export interface PaletteItem {
  /** Stable, so that later sessions recognize a choice. */
  readonly id: string
  readonly title: string
  /** Additional text: `owner`, `failed on main`. */
  readonly hint?: string
  readonly keys?: string
  /** Lists it only in a search, because many items are like it. */
  readonly isSearched?: true
  /** A state to show as an icon. */
  readonly state?: string
  /** An address, which can also be opened in a new tab. */
  readonly href?: string
  /** Runs the item; without it, choosing the item opens `href`. */
  readonly run?: () => void
}

export interface PaletteGroup {
  readonly title: string
  readonly items: readonly PaletteItem[]
}

const atMost = 8
const recentAtMost = 5

/** Returns the local groups: recent choices and all items without input, otherwise matches. */
export function localGroups(
  groups: readonly PaletteGroup[],
  typed: string,
  recent: readonly string[],
): readonly PaletteGroup[] {
  const isEmpty = typed.trim() === ''
  if (!isEmpty) return filled(groups.map(({ title, items }) => ({ title, items: matching(items, typed, recent) })))
  const all = new Map(groups.flatMap(({ items }) => items.map((item) => [item.id, item] as const)))
  const chosen = recent.flatMap((id) => all.get(id) ?? []).slice(0, recentAtMost)
  const isChosen = new Set(chosen.map(({ id }) => id))
  const rest = groups.map(({ title, items }) => ({
    title,
    items: items.filter(({ id, isSearched }) => isSearched !== true && !isChosen.has(id)),
  }))
  return filled([{ title: 'Recent', items: chosen }, ...rest])
}

function matching(items: readonly PaletteItem[], typed: string, recent: readonly string[]): readonly PaletteItem[] {
  const scored = items.map((item) => ({
    item,
    // The title weighs more than the hint.
    score: Math.max(matchOf(item.title, typed), matchOf(`${item.title} ${item.hint ?? ''}`, typed) * 0.7),
  }))
  return recentFirst(
    scored.filter(({ score }) => score > 0),
    ({ item }) => item.id,
    recent,
  )
    .toSorted((one, other) => other.score - one.score)
    .slice(0, atMost)
    .map(({ item }) => item)
}

/** Removes empty groups. */
export function filled(groups: readonly PaletteGroup[]): readonly PaletteGroup[] {
  return groups.filter(({ items }) => items.length > 0)
}

/**
 * Scores how well a text matches the input, from 0 (no match) to 1. Every word must match: best as
 * a whole, then at the start of a word, inside a word, or as letters in order.
 */
export function matchOf(text: string, typed: string): number {
  const [where, words] = [text.toLowerCase(), wordsOf(typed)]
  if (words.length === 0) return 1
  const scores = words.map((word) => scoreOf(where, word))
  return scores.includes(0) ? 0 : scores.reduce((sum, score) => sum + score, 0) / scores.length
}

function scoreOf(where: string, word: string): number {
  if (where === word) return 1
  const at = where.indexOf(word)
  if (at === 0) return 0.9
  if (at > 0) return startsAWord(where, word) ? 0.8 : 0.6
  return word.length > 1 && hasInOrder(where, word) ? 0.2 : 0
}

function startsAWord(where: string, word: string): boolean {
  for (let at = where.indexOf(word); at !== -1; at = where.indexOf(word, at + 1))
    if (!/[\p{L}\p{N}]/u.test(where[at - 1] ?? ' ')) return true
  return false
}

function hasInOrder(where: string, letters: string): boolean {
  let from = 0
  for (const letter of letters) {
    const at = where.indexOf(letter, from)
    if (at === -1) return false
    from = at + 1
  }
  return true
}

function wordsOf(typed: string): readonly string[] {
  return typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
}
