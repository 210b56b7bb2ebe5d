import type { SizedPath } from '@harmont/source-set'
import { exits, HmError } from '../errors.ts'
import { bytes } from '../terminal/amounts.ts'

const named = 3

interface TooLarge {
  readonly code: string
  readonly message: string
  /** The largest files of the source, largest first. */
  readonly largest: readonly SizedPath[]
  /** Other remedies. */
  readonly otherwise?: string
  readonly cause?: unknown
}

/**
 * Returns the error for a source over its limit: exit 8, with the three largest files and
 * `.hmignore` lines that exclude the largest files.
 */
export function tooLarge({ code, message, largest, otherwise, cause }: TooLarge): HmError {
  const fix = [
    'add files that the build does not need to .hmignore:',
    ...ignoreLines(largest),
    ...(otherwise === undefined ? [] : [otherwise]),
  ].join('\n')
  return new HmError(exits.source, code, [message, ...sizes(largest.slice(0, named))].join('\n'), { fix, cause })
}

/**
 * Suggests lines for .hmignore: a folder if it contains several of the largest files, otherwise the
 * file. Patterns are anchored and escaped. Omits the pipelines' own files, which a build needs.
 */
function ignoreLines(largest: readonly SizedPath[]): string[] {
  const folderOf = (path: string) => path.slice(0, path.indexOf('/') + 1)
  const counts = new Map<string, number>()
  for (const { path } of largest) counts.set(folderOf(path), (counts.get(folderOf(path)) ?? 0) + 1)
  const shown = largest.slice(0, named).filter(({ path }) => folderOf(path) !== '.hm/')
  const lines = shown.map(({ path }) => {
    const folder = folderOf(path)
    const pattern = folder !== '' && (counts.get(folder) ?? 0) > 1 ? folder : path
    return `/${pattern.replace(/[\\*?[\]]/g, '\\$&').replace(/ $/, '\\ ')}`
  })
  return [...new Set(lines)]
}

/** Formats one line per file: its size and path. */
export function sizes(largest: readonly SizedPath[]): string[] {
  return largest.map(({ path, size }) => `  ${bytes(size).padStart(8)}  ${path}`)
}

const everyMs = 2000

/**
 * Reports the progress of slow work: not in the first two seconds, then at most every two seconds,
 * and only after progress.
 */
export function progressOf(
  what: string,
  total: number,
  say: (line: string) => void,
  now: () => number = Date.now,
): (done: number) => void {
  let due = now() + everyMs
  let said = ''
  return (done) => {
    if (now() < due) return
    due = now() + everyMs
    const line = `${what}: ${bytes(Math.min(done, total))} of ${bytes(total)}`
    if (line === said) return
    said = line
    say(line)
  }
}
