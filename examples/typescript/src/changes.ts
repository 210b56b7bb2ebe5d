import { parse } from 'yaml'

export const KINDS = ['added', 'changed', 'fixed', 'removed'] as const
export type Kind = (typeof KINDS)[number]

export interface Change {
  readonly kind: Kind
  readonly text: string
  readonly issue: number | undefined
}

/** Reads a YAML list of changes. Throws an error that names the entry which is wrong. */
export function readChanges(text: string): Change[] {
  const list: unknown = parse(text) ?? []
  if (!Array.isArray(list)) throw new Error('expected a list of changes')
  return list.map((entry: Record<string, unknown> | null, index) => {
    const kind = KINDS.find((each) => each === entry?.kind)
    if (kind === undefined) throw new Error(`change ${index + 1}: kind is one of ${KINDS.join(', ')}`)
    if (typeof entry?.text !== 'string') throw new Error(`change ${index + 1}: text is missing`)
    return { kind, text: entry.text, issue: typeof entry.issue === 'number' ? entry.issue : undefined }
  })
}
