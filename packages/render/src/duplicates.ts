/** A pipeline, or what is wrong with one, as far as its name goes. */
interface Named {
  readonly slug: string | null
  readonly file: string
}

/** For each slug that several files define the two that clash first, in order of files. */
export function duplicates(named: readonly Named[]): ReadonlyMap<string, readonly [string, string]> {
  const first = new Map<string, string>()
  const clashes = new Map<string, readonly [string, string]>()
  for (const { slug, file } of named) {
    if (slug === null) continue
    const before = first.get(slug)
    if (before === undefined) first.set(slug, file)
    else if (!clashes.has(slug)) clashes.set(slug, [before, file])
  }
  return clashes
}

/** A slug that is there twice, in words. */
export function duplicateMessage(slug: string, [first, second]: readonly [string, string]): string {
  return `${second}: duplicate_slug: ${JSON.stringify(slug)} is defined in ${first} too. Rename one of the two.`
}
