import { hash, SEPARATOR } from './hash.ts'

/** Inputs of the key of a command step, in emission order. */
export interface Keyless {
  readonly key: string | undefined
  readonly label: string | undefined
  readonly command: string
  /** Index of the direct parent if it is a command step; undefined behind a scratch or a fork. */
  readonly parent: number | undefined
}

/**
 * Returns the key of each step (`ir.md` 2.1): its own key, its label's slug if unique, or a hash.
 * Parents come before children.
 */
export function stepKeys(steps: readonly Keyless[]): string[] {
  const explicit = new Set(steps.map((step) => step.key))
  const slugs = steps.map((step) => (step.label === undefined ? '' : labelSlug(step.label)))
  const uses = new Map<string, number>()
  for (const slug of slugs) uses.set(slug, (uses.get(slug) ?? 0) + 1)

  const keys: string[] = []
  for (const [position, { key, command, parent }] of steps.entries()) {
    const slug = slugs[position] ?? ''
    const slugIsFree = slug !== '' && !explicit.has(slug) && uses.get(slug) === 1
    keys.push(
      key ?? (slugIsFree ? slug : positionKey(parent === undefined ? '' : (keys[parent] ?? ''), command, position)),
    )
  }
  return keys
}

/**
 * Returns a label as a key: lower case, without `:emoji:` codes, words joined by `-`. May be empty.
 */
function labelSlug(label: string): string {
  return label
    .toLowerCase()
    .replace(/:[a-z0-9_+-]+:/g, ' ')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}

/**
 * Returns the key of a step without its own key and without a usable label. `parent` is the key of
 * its direct parent, or ''.
 */
export function positionKey(parent: string, command: string, position: number): string {
  return hash([parent, command, String(position)].join(SEPARATOR)).slice(0, 12)
}
