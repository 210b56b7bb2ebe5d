/** One element of a pattern: a run of any length, or a test of exactly one item. */
export type Wild<T> = '*' | ((item: T) => boolean)

/**
 * Whether all of `items` match the pattern. Only the newest run is extended, so the cost is at most
 * quadratic. A regular expression could take exponential time on an untrusted pattern.
 */
export function matchesWild<T>(pattern: readonly Wild<T>[], items: readonly T[]): boolean {
  let p = 0
  let run = -1
  let runEnd = 0
  for (let i = 0; i < items.length; ) {
    const element = pattern[p]
    const item = items[i]
    if (element === '*') {
      run = p++
      runEnd = i
    } else if (element !== undefined && item !== undefined && element(item)) {
      p++
      i++
    } else if (run >= 0) {
      p = run + 1
      i = ++runEnd
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

/**
 * Whether a whole name (branch, tag, value) matches a ref glob: `*` is any run, `/` included; `?`
 * is one character; everything else is literal.
 */
export function matchesRefGlob(glob: string, name: string): boolean {
  return matchesWild([...glob].map(element), [...name])
}

function element(character: string): Wild<string> {
  if (character === '*') return '*'
  if (character === '?') return () => true
  return (other) => other === character
}
