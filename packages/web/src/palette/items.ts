import { recentFirst } from '../browser/recent.ts'
import { matchOf } from './match.ts'

/** Something to choose in the palette. */
export interface PaletteItem {
  /** Stable, so that a choice is known again another time. */
  readonly id: string
  readonly title: string
  /** What it is besides: `owner`, `failed on main`. */
  readonly hint?: string
  readonly keys?: string
  /** One of so many that it is listed only when it is looked for. */
  readonly isSearched?: true
  /** A state, to be marked as such. */
  readonly state?: string
  /** A place, which can be opened in a new tab as well. */
  readonly href?: string
  /** Does it; where absent, choosing it opens `href`. */
  readonly run?: () => void
}

export interface PaletteGroup {
  readonly title: string
  readonly items: readonly PaletteItem[]
}

const atMost = 8
const recentAtMost = 5

/**
 * What is known here, for what was typed: nothing typed gives the recent choices and then everything; else what matches, group by group, best first.
 */
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
    // The title counts more than what stands beside it.
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

/** Those that have something in them. */
export function filled(groups: readonly PaletteGroup[]): readonly PaletteGroup[] {
  return groups.filter(({ items }) => items.length > 0)
}

/** The item that is chosen after a step up or down from another; the first one when that is gone. It goes around. */
export function stepFrom(groups: readonly PaletteGroup[], id: string | null, step: 1 | -1 | 0): string | null {
  const ids = groups.flatMap(({ items }) => items.map((item) => item.id))
  const at = id === null ? -1 : ids.indexOf(id)
  if (at === -1) return (step === -1 ? ids.at(-1) : ids[0]) ?? null
  return ids[(at + step + ids.length) % ids.length] ?? null
}
