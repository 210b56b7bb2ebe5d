/**
 * Readers of single values. Each returns the value, or undefined after adding a problem to
 * `problems`. Null counts as absent.
 */
import { describe, grouped, type Problems } from './problems.ts'

export type JsonObject = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Returns a member of a JSON object; null counts as absent. */
export function member(object: JsonObject, name: string): unknown {
  return object[name] ?? undefined
}

const PLAIN = /^[\w.-]{1,255}$/

/**
 * Returns the JSON pointer of a member or an entry. For a member name that is too long or not
 * storable, returns the pointer of its object.
 */
export function below(at: string, name: string | number): string {
  if (typeof name === 'number' || PLAIN.test(name)) return `${at}/${name}`
  if (name.length > 255 || !isStorable(name)) return at
  return `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

interface Expectation {
  /** A phrase for messages; by default the type. */
  readonly expected?: string
  /** The advice, as a sentence. */
  readonly fix?: string
  /** Whether an absent value is a problem. */
  readonly required?: boolean
}

export class Reader {
  readonly problems: Problems
  /** Whether steps may name steps outside the document, as in an appended document. */
  readonly namesOthers: boolean

  constructor(problems: Problems, namesOthers = false) {
    this.problems = problems
    this.namesOthers = namesOthers
  }

  object(
    value: unknown,
    at: string,
    { expected = 'an object', fix = 'Correct its type.', required = false }: Expectation = {},
  ): JsonObject | undefined {
    if (isObject(value)) return value
    if (value !== undefined || required) this.shape(at, expected, value, fix)
    return undefined
  }

  list(
    value: unknown,
    at: string,
    options: Expectation & { readonly max?: number; readonly of?: string } = {},
  ): readonly unknown[] | undefined {
    const { expected = 'a list', fix = 'Correct its type.', required = false, max, of = 'entries' } = options
    if (!Array.isArray(value)) {
      if (value !== undefined || required) this.shape(at, expected, value, fix)
      return undefined
    }
    if (max !== undefined && value.length > max) {
      this.limit(at, `at most ${grouped(max)} ${of}`, `${grouped(value.length)}`, 'Use fewer.')
    }
    return value
  }

  boolean(value: unknown, at: string): boolean | undefined {
    if (typeof value === 'boolean') return value
    if (value !== undefined) this.shape(at, 'true or false', value, 'Correct its type.')
    return undefined
  }

  /** Reads any string of valid Unicode without U+0000. */
  text(
    value: unknown,
    at: string,
    { expected = 'a string', fix = 'Correct its type.', required = false }: Expectation = {},
  ): string | undefined {
    if (typeof value === 'string') {
      if (isStorable(value)) return value
      this.shape(at, `${expected} of valid Unicode without U+0000`, value, 'Remove the character.')
    } else if (value !== undefined || required) this.shape(at, expected, value, fix)
    return undefined
  }

  /** Reads a string of 1 to `max` characters (code points). */
  name(value: unknown, at: string, max: number, options: Expectation = {}): string | undefined {
    const text = this.text(value, at, { expected: 'a non-empty string', ...options })
    if (text === undefined) return undefined
    if (text !== '' && (text.length <= max || [...text].length <= max)) return text
    const got = text === '' ? 'an empty one' : `${grouped([...text].length)} characters`
    this.limit(at, `a string of 1 to ${grouped(max)} characters`, got, options.fix ?? 'Correct it.')
    return undefined
  }

  /** Reads one of the given words. */
  word<T extends string>(value: unknown, at: string, words: readonly T[], options: Expectation = {}): T | undefined {
    const found = words.find((word) => word === value)
    if (found === undefined && (value !== undefined || options.required)) {
      this.shape(at, oneOf(words), value, options.fix ?? 'Use one of these.')
    }
    return found
  }

  /** Reads a whole number from `min` to `max`. */
  integer(
    value: unknown,
    at: string,
    min: number,
    max = Number.MAX_SAFE_INTEGER,
    options: Expectation = {},
  ): number | undefined {
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
      if (value !== undefined || options.required)
        this.shape(at, 'a whole number', value, options.fix ?? 'Give a whole number.')
      return undefined
    }
    // + 0 turns -0 into 0, which compares and prints as usual.
    if (min <= value && value <= max) return value + 0
    const range =
      max === Number.MAX_SAFE_INTEGER ? `of ${grouped(min)} or more` : `from ${grouped(min)} to ${grouped(max)}`
    this.limit(at, `a whole number ${range}`, grouped(value), options.fix ?? 'Correct the number.')
    return undefined
  }

  /** Reads each entry of a list with `read` and drops refused entries. */
  listOf<T>(
    value: unknown,
    at: string,
    read: (entry: unknown, at: string) => T | undefined,
    options: Expectation & { readonly max?: number; readonly of?: string } = {},
  ): T[] | undefined {
    return this.list(value, at, options)
      ?.map((entry, i) => read(entry, below(at, i)))
      .filter((entry) => entry !== undefined)
  }

  /** Warns about each unknown member. */
  unknownMembers(object: JsonObject, known: ReadonlySet<string>, at: string): void {
    for (const name of Object.keys(object)) {
      if (!known.has(name))
        this.problems.warn(
          () => `Unknown field ${describe(name)} at ${at === '' ? 'the top of the document' : at} is ignored.`,
        )
    }
  }

  shape(at: string, expected: string, value: unknown, fix: string): void {
    this.problems.add({ stage: 'shape', at, expected, got: describe(value), fix })
  }

  limit(at: string, expected: string, got: string, fix: string): void {
    this.problems.add({ stage: 'limit', at, expected, got, fix })
  }
}

/** Whether a text can be stored and sent everywhere: valid Unicode without U+0000. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

function oneOf(words: readonly string[]): string {
  const quoted = words.map((word) => JSON.stringify(word))
  return quoted.length === 1 ? `${quoted[0]}` : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`
}
