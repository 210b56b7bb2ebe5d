import { cleanMessage, placesIn, stripEscapes, unequalValues } from '@harmont/logs'
import type { SourceFiles } from './source-files.ts'
import type { TestCase } from './test-report.ts'

const longestName = 500
const longestMessage = 2_000
/** Maximum length of the text about one failure. */
export const longestText = 64 * 1024
/** Maximum number of lines of a failure that are searched for a location. */
const searchedLines = 200

// biome-ignore lint/suspicious/noControlCharactersInRegex: this matches control characters
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g

/** Returns a name as a single line. */
export function nameText(text: string): string {
  return shortened(plainText(text).replace(/\s+/g, ' ').trim(), longestName)
}

/** Returns a text without escape sequences and control characters. */
function plainText(text: string): string {
  const plain = stripEscapes(text).replace(controls, '').toWellFormed()
  return resets.test(plain) ? plain.replace(colors, '') : plain
}

/**
 * Matches escape sequences without their first byte, which some tools drop because XML does not
 * allow it.
 */
const colors = /\[\d{1,3}(?:;\d{1,3})*m/g
const resets = /\[(?:0|22|39|49)m/

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).toWellFormed()}…`
}

/** Matches the first line of a stack trace or a similar section after the message. */
const traces =
  /^\s*(?:at \S|❯ \S|#\d+ |goroutine \d|stack backtrace:|note: run with|Traceback\b|\+ expected - actual|-{10,}$)/
const panic = /^thread '[^']*' (?:\(\d+\) )?panicked at .*:$/

/** Matches a line that consists of a location. */
const placeAlone = /^\S[^:]*:\d+$/
/** Matches the location that a compiler or GoogleTest prints before a message. */
const placeBefore = /^\/[^\s:]+:\d+(?::\d+)?: /
/** Matches lines of gtest, Catch2, Boost and bats that only announce a message or its location. */
const heading =
  /^(?:FAILED:|SKIPPED|unknown file|[A-Z]+ (?:FAILURE|EXCEPTION):|EXCEPTION STACK TRACE: -+|\((?:in test|from function) .*|\S[^:]*:\d+(?:: Failure)?)$/

/** Drops the leading frames of a Python traceback, which precede the error. */
function withoutFrames(lines: readonly string[]): readonly string[] {
  if (lines.find((line) => line !== '')?.startsWith('Traceback ') !== true) return lines
  const last = lines.findLastIndex((line) => /^ +File "/.test(line))
  const error = lines.findIndex((line, at) => at > last && /^\S/.test(line))
  return error === -1 ? lines : lines.slice(error)
}

/** Returns the message of a failure without its stack trace; undefined if there is none. */
export function messageText(said: string, detail: string): string | undefined {
  const isEmpty = said.trim() === '' || /^thread '.*' (?:\(\d+\) )?panicked at /.test(said)
  const text = plainText(isEmpty ? detail : (inLines(said, detail) ?? said))
  const lines = withoutFrames(text.split('\n').map((line) => line.trimEnd()))
  // For a module that cannot be imported, pytest marks only the reason.
  const reason = said.trim() === '' ? lines.findIndex((line) => /^E {3}\S/.test(line)) : -1
  if (reason !== -1) return shortened((lines[reason] ?? '').slice(1).trim(), longestMessage)
  const first = lines.findIndex((line) => line.trim() !== '' && !panic.test(line) && !heading.test(line))
  if (first === -1) return undefined
  const end = lines.findIndex((line, at) => at > first && (traces.test(line) || placeAlone.test(line)))
  const own = lines.slice(first, end === -1 ? undefined : end)
  const [expected, received] = valuesIn(own)
  const [head = '', ...rest] = own
  const clean = cleanMessage(head.replace(placeBefore, ''), expected, received)
  const isWhole = clean.startsWith('expected ') && expected !== null
  return shortened([clean, ...(isWhole ? [] : rest)].join('\n').trim(), longestMessage) || undefined
}

/**
 * Returns the attribute with the line breaks of the text, because some tools join all lines of a
 * message in the attribute. Returns undefined if the text does not contain the message, or contains
 * it in one line.
 */
function inLines(said: string, detail: string): string | undefined {
  const text = detail.trimStart().replace(/^\[?[\w.]*Error[^:\n]{0,100}: /, '')
  // RSpec prints the line of the test first.
  const below = /^Failure\/Error: .*\n\s*\n/.exec(text)?.[0].length ?? 0
  return within(said, below === 0 ? text : unindented(text.slice(below)))
}

/** Removes the indentation of the first line from every line. */
function unindented(text: string): string {
  const space = /^ */.exec(text)?.[0] ?? ''
  return text
    .split('\n')
    .map((line) => (line.startsWith(space) ? line.slice(space.length) : line))
    .join('\n')
}

function within(said: string, text: string): string | undefined {
  let at = 0
  for (const character of said.slice(0, longestMessage).replace(/\s/g, '')) {
    while (/\s/.test(text.charAt(at))) at += 1
    if (!text.startsWith(character, at)) return undefined
    at += character.length
  }
  const own = text.slice(0, at)
  return own.includes('\n') ? own : undefined
}

/** Returns the values that an assertion compared, if the lines below it name them. */
function valuesIn([head = '', ...lines]: readonly string[]): readonly [
  expected: string | null,
  received: string | null,
] {
  const value = (label: RegExp) => lines.map((line) => label.exec(line)?.[1]).find((text) => text !== undefined) ?? null
  const wanted = /^expected: +(\S.*)$/.exec(head)?.[1]
  const got = value(/^ +got: +(\S.*)$/)
  if (wanted !== undefined && got !== null) return [wanted, got]
  const expected = value(/^Expected: +(\S.*)$/)
  const received = value(/^Received: +(\S.*)$/)
  if (expected !== null && received !== null) return [expected, received]
  const unequal = head.endsWith(' to be strictly equal:')
    ? unequalValues(lines.find((line) => line !== '') ?? '')
    : null
  return unequal === null ? [null, null] : [unequal[1], unequal[0]]
}

/**
 * Returns the location of a failure: the first `path:line` in the test's file if the tool names it,
 * otherwise the first one in any source file. Node.js prints the cause of an error below it, so
 * this part is searched first.
 */
export function placeIn(text: string, sources: SourceFiles, file: string | undefined, near?: string): Place {
  const cause = text.indexOf('\n  cause: ')
  const parts = cause === -1 ? [text] : [text.slice(cause), text.slice(0, cause)]
  for (const line of parts.flatMap((part) => part.split('\n').slice(0, searchedLines))) {
    for (const place of placesIn(line)) {
      const found = sources.find(place.file, near)
      if (found === undefined || place.line === null || place.line === 0) continue
      if (file === undefined || found === file) return { file: found, line: place.line }
    }
  }
  return {}
}

type Place = Pick<TestCase, 'file' | 'line'>
