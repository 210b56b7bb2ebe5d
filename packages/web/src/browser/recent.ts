/** What was used last, newest first, kept on this device. Nothing secret is in it. */

const keptCount = 30

/** Notes that something was used. */
export function addRecent(kind: 'organizations' | 'choices', id: string): void {
  const list = [id, ...readRecent(kind).filter((one) => one !== id)].slice(0, keptCount)
  try {
    localStorage.setItem(keyOf(kind), JSON.stringify(list))
  } catch {
    // No storage, or a full one: the order is then the usual one.
  }
}

/** Newest first. */
export function readRecent(kind: 'organizations' | 'choices'): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(kind)) ?? '[]')
    return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string') : []
  } catch {
    // No storage, or something else's text in it.
    return []
  }
}

/** A list in which what was used lately comes first, in the order of use; the rest stays as it was. */
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

function keyOf(kind: string): string {
  return `harmont:recent-${kind}`
}

/** The organization that `/` leads to: the last used that is still in the list, else the personal one, else the first (web.md 2). */
export function homeOrganization(
  slugs: readonly string[],
  personal: string | null | undefined,
  recent: readonly string[],
): string | undefined {
  return recent.find((slug) => slugs.includes(slug)) ?? slugs.find((slug) => slug === personal) ?? slugs[0]
}
