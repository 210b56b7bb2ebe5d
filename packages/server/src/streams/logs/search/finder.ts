import { RE2JS, RE2JSException } from 're2js'
import { type SearchQuery, searchInvalid } from './query.ts'

/**
 * Calls `found` with the start and end of each match in a text, in order and in UTF-16 units. A
 * match is never empty and contains no LF.
 */
export type Finder = (text: string, found: (start: number, end: number) => void) => void

const largestProgram = 1_000
/**
 * The limit of steps for one call, which take some ten milliseconds. Longer lines are searched in
 * parts.
 */
const mostSteps = 4_000_000

/** Makes a finder. Throws 400 for an expression that is malformed or too large. */
export function makeFinder(query: SearchQuery): Finder {
  // A line has no LF.
  if (!query.isExpression && query.text.includes('\n')) return () => {}
  if (query.isExpression) return expressionFinder(query)
  return query.isCaseSensitive && !query.isWord ? plainFinder(query.text) : textFinder(query)
}

function plainFinder(wanted: string): Finder {
  return (text, found) => {
    for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + wanted.length))
      found(at, at + wanted.length)
  }
}

/** Finds a text. The pattern has no repetition, so its time is linear in the text. */
function textFinder({ text: wanted, isCaseSensitive, isWord }: SearchQuery): Finder {
  const literal = wanted.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  const source = isWord ? `(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])` : literal
  // For ASCII letters, `u` would also match the long s and the kelvin sign, and is slower.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
  const needsUnicode = isWord || !/^[\x00-\x7f]*$/.test(wanted)
  const pattern = new RegExp(source, `g${isCaseSensitive ? '' : 'i'}${needsUnicode ? 'u' : ''}`)
  return (text, found) => {
    pattern.lastIndex = 0
    for (let match = pattern.exec(text); match !== null; match = pattern.exec(text))
      found(match.index, match.index + match[0].length)
  }
}

/** Finds an expression with RE2: linear in the text, whatever the expression. */
function expressionFinder({ text: wanted, isCaseSensitive, isWord }: SearchQuery): Finder {
  const expression = compile(isWord ? `\\b(?:${wanted})\\b` : wanted, isCaseSensitive)
  const longest = Math.floor(mostSteps / expression.programSize())
  return (text, found) => {
    for (let start = 0; start < text.length; ) {
      const next = text.indexOf('\n', start)
      const end = next === -1 ? text.length : next
      for (let at = start; at < end; at += longest) {
        const part = text.slice(at, Math.min(end, at + longest))
        // `test` only tells whether there is a match, five times as fast.
        if (expression.test(part)) findIn(expression, part, at, found)
      }
      start = end + 1
    }
  }
}

function findIn(expression: RE2JS, line: string, offset: number, found: (start: number, end: number) => void): void {
  const matcher = expression.matcher(line)
  while (matcher.find()) if (matcher.end() > matcher.start()) found(offset + matcher.start(), offset + matcher.end())
}

function compile(source: string, isCaseSensitive: boolean): RE2JS {
  let expression: RE2JS
  try {
    expression = RE2JS.compile(source, isCaseSensitive ? 0 : RE2JS.CASE_INSENSITIVE)
  } catch (error) {
    if (error instanceof RE2JSException) throw searchInvalid(`must be an expression in RE2 syntax: ${error.message}`)
    throw error
  }
  if (expression.programSize() > largestProgram) throw searchInvalid('must be a smaller expression')
  return expression
}
