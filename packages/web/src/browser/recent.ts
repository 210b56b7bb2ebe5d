import { readJson, writeItem } from './local-storage.ts'

/** The most recently used identifiers on this device. None is secret. */
type Kind = 'organizations' | 'choices'

const mostStored = 30

/** Records a use. */
export function addRecent(kind: Kind, id: string): void {
  const list = [id, ...readRecent(kind).filter((one) => one !== id)].slice(0, mostStored)
  writeItem(keyOf(kind), JSON.stringify(list))
}

/** Returns the recorded identifiers, newest first. */
export function readRecent(kind: Kind): readonly string[] {
  const stored = readJson(keyOf(kind))
  return Array.isArray(stored) ? stored.filter((one) => typeof one === 'string') : []
}

/** Sorts recently used items first, in order of use; the others keep their order. */
export function recentFirst<Item>(
  items: readonly Item[],
  idOf: (item: Item) => string,
  recent: readonly string[],
): readonly Item[] {
  const rank = (item: Item) => {
    const index = recent.indexOf(idOf(item))
    return index === -1 ? recent.length : index
  }
  return items.toSorted((one, other) => rank(one) - rank(other))
}

function keyOf(kind: Kind): string {
  return `harmont:recent-${kind}`
}

/**
 * Returns the organization that `/` leads to: the last used organization in the list, else the
 * personal one, else the first (web.md 2).
 */
export function homeOrganization(
  slugs: readonly string[],
  personal: string | null | undefined,
  recent: readonly string[],
): string | undefined {
  return recent.find((slug) => slugs.includes(slug)) ?? slugs.find((slug) => slug === personal) ?? slugs[0]
}
