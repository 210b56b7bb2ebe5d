import type { ChildResult } from './child-result.ts'

/** The name and file of a pipeline, or of an error. */
interface Named {
  readonly slug: string | null
  readonly file: string
}

/** Returns the first two files of each slug that several files define, in the order of files. */
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

/** Describes a slug that two files define. */
export function duplicateMessage(slug: string, [first, second]: readonly [string, string]): string {
  return `${second}: duplicate_slug: ${JSON.stringify(slug)} is defined in ${first} too. Rename one of the two.`
}

/**
 * Drops Python's pipelines and errors of a slug that TypeScript defines too, as in projects with
 * both languages. Each note begins with the used file.
 */
export function preferTypeScript({ pipelines, errors }: ChildResult): ChildResult & { readonly notes: string[] } {
  const used = new Map<string, string>()
  for (const { slug, file } of [...pipelines, ...errors])
    if (slug !== null && !isPython(file) && !used.has(slug)) used.set(slug, file)
  const notes = new Set<string>()
  const isUsed = ({ slug, file }: Named) => {
    const before = slug === null || !isPython(file) ? undefined : used.get(slug)
    if (before === undefined) return true
    notes.add(`${before}: used for ${JSON.stringify(slug)}; ${file} defines it too and is not used.`)
    return false
  }
  return { pipelines: pipelines.filter(isUsed), errors: errors.filter(isUsed), notes: [...notes] }
}

function isPython(file: string): boolean {
  return file.endsWith('.py')
}
