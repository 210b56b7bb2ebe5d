import { appendFileSync, closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EgressNames } from '../../sandbox-driver.ts'
import { isAbsent, readIfPresent } from '../../system/files.ts'

/** Maximum number of names of each kind that are recorded for a sandbox. */
export const mostNames = 200
const line = /^(used|refused) ([a-z0-9_.-]{1,253}(?::\d{1,5})?)$/
/** Maximum file size in bytes, enough for 400 lines of the longest names. */
const largestFile = 128 * 1024

type Kind = 'used' | 'refused'

/**
 * Records host names in one file per sandbox, each name once. The next guard continues these files.
 */
export class NameNotes {
  readonly #directory: string
  /** By sandbox. */
  readonly #seen = new Map<string, Record<Kind, Set<string>>>()

  constructor(directory: string) {
    this.#directory = directory
  }

  note(report: string, kind: Kind, name: string): void {
    const path = join(this.#directory, report)
    const seen = this.#seen.get(report) ?? seenIn(readIfPresent(path) ?? '')
    this.#seen.set(report, seen)
    // Records one name beyond the limit, which shows that there are more.
    if (seen[kind].has(name) || seen[kind].size > mostNames) return
    seen[kind].add(name)
    appendFileSync(path, `${kind} ${name}\n`, { mode: 0o600 })
  }

  /** Removes the cached names of a sandbox without links. */
  forget(report: string): void {
    this.#seen.delete(report)
  }
}

/**
 * Reads the names that the guard has recorded. The file belongs to the guard, so its content is
 * untrusted.
 */
export function readNames(path: string): Omit<EgressNames, 'isBound'> {
  const { used, refused } = seenIn(readBounded(path))
  const first = (names: ReadonlySet<string>) => [...names].slice(0, mostNames).toSorted()
  return {
    used: first(used),
    refused: first(refused),
    isWhole: used.size <= mostNames && refused.size <= mostNames,
  }
}

function seenIn(text: string): Record<Kind, Set<string>> {
  const seen = { used: new Set<string>(), refused: new Set<string>() }
  for (const each of text.split('\n')) {
    const [, kind, name] = line.exec(each) ?? []
    if (kind !== undefined && name !== undefined) seen[kind as Kind].add(name)
  }
  return seen
}

function readBounded(path: string): string {
  let descriptor: number
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    if (isAbsent(error)) return ''
    throw error
  }
  try {
    const { size } = fstatSync(descriptor)
    return size > largestFile ? '' : readFileSync(descriptor, 'latin1')
  } finally {
    closeSync(descriptor)
  }
}
