/**
 * Errors of wrong calls. Each error contains the place, the expected value, the given value and a
 * remedy; the wrong call throws it. The Python SDK uses the same messages; the readers below list
 * them.
 */
import { hasStepBrand, hasWaitBrand, nearestCommand } from './brand.ts'

/**
 * A wrong call. Its name is `Error`, because the message alone explains it, in the same way in
 * both languages.
 */
class WrongUse extends TypeError {
  override readonly name = 'Error'
}

/** `WHERE: expected EXPECTED, got (the value in words). FIX` */
export function wrongUse(where: string, expected: string, got: unknown, fix: string): TypeError {
  return misuse(where, expected, shown(got), fix)
}

/** Builds the same error with a description of the given value. */
export function misuse(where: string, expected: string, got: string, fix: string): TypeError {
  return new WrongUse(`${where}: expected ${expected}, got ${got}. ${fix}`)
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value)) return 'a list'
  if (hasStepBrand(value)) return nearestCommand(value) === null ? 'a step without a command' : 'a step'
  if (hasWaitBrand(value)) return 'a wait'
  if (value instanceof Promise) return 'a promise'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

/** Returns `a, b or c`, each in JSON notation. */
function oneOf(words: readonly string[]): string {
  const quoted = words.map((word) => JSON.stringify(word))
  return quoted.length === 1 ? `${quoted[0]}` : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`
}

/** Returns a number with separators: 1,048,576. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US')
}

/** Refuses unknown options, so that a misspelt name is not silently lost. */
export function onlyKnown(where: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name))
      throw wrongUse(where, `one of the options ${known.join(', ')}`, name, 'Correct the name, or remove it.')
  }
}

/** Reads a non-blank string of at most `max` characters, of valid Unicode without U+0000. */
export function textOf(where: string, value: unknown, fix: string, max?: number): string {
  if (typeof value !== 'string' || value.trim() === '') throw wrongUse(where, 'a non-empty string', value, fix)
  if (value.includes('\0') || !value.isWellFormed())
    throw wrongUse(where, 'a string of valid Unicode without U+0000', value, 'Remove the character.')
  const length = max === undefined || value.length <= max ? 0 : [...value].length
  if (max === undefined || length <= max) return value
  throw misuse(where, `at most ${grouped(max)} characters`, grouped(length), 'Shorten it.')
}

/** Reads a name: no control characters, and no white space at its ends. */
export function nameOf(where: string, value: unknown, fix: string, max = 255): string {
  const text = textOf(where, value, fix, max)
  if (text.trim() === text && !/\p{Cc}/u.test(text)) return text
  throw wrongUse(where, 'a name without control characters and without white space at its ends', text, 'Rename it.')
}

/** Reads one of the given words. */
export function wordOf<T extends string>(where: string, value: unknown, words: readonly T[]): T {
  const word = words.find((each) => each === value)
  if (word !== undefined) return word
  throw wrongUse(where, oneOf(words), value, words.length === 1 ? 'Use it.' : 'Use one of these.')
}

export function wholeNumberOf(where: string, value: unknown, min: number, max = Number.MAX_SAFE_INTEGER): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value + 0
  const range =
    max === Number.MAX_SAFE_INTEGER ? `of ${grouped(min)} or more` : `from ${grouped(min)} to ${grouped(max)}`
  throw wrongUse(where, `a whole number ${range}`, value, 'Correct the number.')
}

export function booleanOf(where: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw wrongUse(where, 'true or false', value, 'Correct the value.')
}

export function listOf<T>(where: string, value: unknown, read: (entry: unknown) => T, max?: number): readonly T[] {
  if (!Array.isArray(value)) throw wrongUse(where, 'a list', value, 'Put it into square brackets.')
  if (max !== undefined && value.length > max)
    throw misuse(where, `at most ${grouped(max)} entries`, grouped(value.length), 'Use fewer.')
  return Object.freeze(value.map((entry) => read(entry)))
}

/** Reads a list, or one value that stands for a list of one. */
export function oneOrListOf<T>(where: string, value: unknown, read: (entry: unknown) => T, max = 100): readonly T[] {
  return listOf(where, Array.isArray(value) ? value : [value], read, max)
}

/** Returns the own members of a plain options object that have a value. */
export function membersOf(where: string, value: unknown): readonly (readonly [string, unknown])[] {
  if (
    typeof value !== 'object' ||
    value === null ||
    Array.isArray(value) ||
    hasStepBrand(value) ||
    hasWaitBrand(value)
  ) {
    throw wrongUse(where, 'an object', value, 'Write it in curly brackets.')
  }
  return Object.entries(value).filter(([, member]) => member !== undefined)
}

/** Returns the members of an options object after refusing unknown ones. */
export function optionsOf(where: string, value: unknown, known: readonly string[]): Readonly<Record<string, unknown>> {
  const members = membersOf(where, value)
  const options = Object.fromEntries(members)
  onlyKnown(where, options, known)
  return options
}
