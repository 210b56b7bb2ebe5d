import { matchesWild, type Wild } from './wildcard.ts'

/** A compiled glob of the dialect of `ir.md` 2.3; matches paths such as `a/b/c`. */
export interface PathGlob {
  /** The components before the first wildcard, where a walk may start. */
  readonly literalPrefix: readonly string[]
  /** The largest number of components of a match; Infinity with a `**`. */
  readonly maxDepth: number
  /** Whether the glob matches directories only, as a trailing `**` does. */
  readonly directoriesOnly: boolean
  matches(path: string): boolean
}

/** Whether a path pattern contains wildcards rather than naming one path. */
export function isGlob(pattern: string): boolean {
  return /[*?[]/.test(pattern)
}

/**
 * Returns the problem of a path pattern (absolute, or with a `..`) as a phrase; undefined for a
 * valid one.
 */
export function pathProblem(pattern: string): string | undefined {
  if (pattern.startsWith('/')) return 'an absolute path'
  if (pattern.split('/').includes('..')) return 'a path with ".."'
  return undefined
}

/** Returns the components of a relative path, without `.` and empty ones. */
export function pathComponents(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.')
}

/** Compiles a path glob. The pattern must have no `pathProblem`. */
export function pathGlob(pattern: string): PathGlob {
  const parts = pathComponents(pattern)
  const firstWild = parts.findIndex(isGlob)
  const wild = parts.map((part): Wild<string> => (part === '**' ? '*' : componentTest(part)))
  return {
    literalPrefix: firstWild < 0 ? parts : parts.slice(0, firstWild),
    maxDepth: parts.includes('**') ? Number.POSITIVE_INFINITY : parts.length,
    directoriesOnly: parts.at(-1) === '**',
    matches: (path) => matchesWild(wild, pathComponents(path)),
  }
}

/**
 * Whether a glob matches a changed file or a directory above it, because `on_change` of a directory
 * covers its files. An invalid pattern matches nothing.
 */
export function coversFile(pattern: string, file: string): boolean {
  if (pathProblem(pattern) !== undefined) return false
  const glob = pathGlob(pattern)
  const parts = pathComponents(file)
  return parts.some((_, i) => {
    const whole = i === parts.length - 1
    return !(whole && glob.directoriesOnly) && glob.matches(parts.slice(0, i + 1).join('/'))
  })
}

function componentTest(part: string): (component: string) => boolean {
  if (!isGlob(part)) return (component) => component === part
  const pattern = characterPattern([...part])
  return (component) => matchesWild(pattern, [...component])
}

function characterPattern(characters: readonly string[]): Wild<string>[] {
  const pattern: Wild<string>[] = []
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i]
    const end = character === '[' ? classEnd(characters, i) : -1
    if (character === '*') pattern.push('*')
    else if (character === '?') pattern.push(() => true)
    else if (end > 0) {
      pattern.push(classTest(characters.slice(i + 1, end)))
      i = end
    } else pattern.push((other) => other === character)
  }
  return pattern
}

// A `]` right after `[` or `[!` is a member; a `[` that is never closed is literal.
function classEnd(characters: readonly string[], open: number): number {
  const first = characters[open + 1] === '!' ? open + 2 : open + 1
  return characters.indexOf(']', first + 1)
}

function classTest(body: readonly string[]): (character: string) => boolean {
  const negated = body[0] === '!'
  const members = negated ? body.slice(1) : body
  const ranges: [number, number][] = []
  for (let i = 0; i < members.length; i++) {
    const from = members[i]?.codePointAt(0) ?? 0
    const isRange = members[i + 1] === '-' && i + 2 < members.length
    ranges.push([from, isRange ? (members[i + 2]?.codePointAt(0) ?? 0) : from])
    if (isRange) i += 2
  }
  return (character) => {
    const point = character.codePointAt(0) ?? 0
    return ranges.some(([from, to]) => from <= point && point <= to) !== negated
  }
}
