import { usageError } from '../errors.ts'
import type { BarePair, FlagSpec } from '../specs/spec.ts'

type ValueFlag = Exclude<FlagSpec, { kind: 'boolean' }>

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * Parses `90s`, `5m`, `1h30m` or `2d` to milliseconds; undefined for anything else, and for more
 * than a year.
 */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d{1,9}(ms|s|m|h|d))+$/.test(text)) return undefined
  let total = 0
  for (const [, amount = '', unit = ''] of text.matchAll(/(\d+)(ms|s|m|h|d)/g))
    total += Number(amount) * (units[unit] ?? 0)
  return total <= 366 * 86_400_000 ? total : undefined
}

/** Parses a value. Throws exit 2 with the expected form and the input. */
export function parseValue(flag: string, spec: ValueFlag, text: string): string | number | BarePair {
  switch (spec.kind) {
    case 'string':
      if (spec.choices !== undefined && !spec.choices.includes(text))
        throw usageError(`${flag} must be one of ${spec.choices.join(', ')}; got ${quoted(text)}`)
      if (text === '') throw usageError(`${flag} needs a ${spec.value}; got an empty one`)
      return text
    case 'integer': {
      const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
      if (!(number >= spec.min))
        throw usageError(`${flag} must be a whole number, at least ${spec.min}; got ${quoted(text)}`)
      return number
    }
    case 'duration': {
      const duration = parseDuration(text)
      if (duration === undefined)
        throw usageError(`${flag} must be a duration such as 90s, 5m or 1h30m; got ${quoted(text)}`)
      return duration
    }
    case 'pair':
      return parsePair(flag, text, spec.bare === true)
  }
}

function parsePair(flag: string, text: string, bare: boolean): BarePair {
  const at = text.indexOf('=')
  const name = at === -1 ? text : text.slice(0, at)
  const form = bare ? 'NAME or NAME=VALUE' : 'NAME=VALUE'
  // Does not repeat the text: a secret may follow the name, or be the whole text.
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    const what = at === -1 ? 'the name' : quoted(name)
    throw usageError(`${flag} is ${form}; ${what} is not a variable name (letters, digits and _)`)
  }
  if (at === -1 && !bare) throw usageError(`${flag} is ${form}; got one without =`)
  return { name, value: at === -1 ? undefined : text.slice(at + 1) }
}

/** Quotes input for a message: at most 60 characters, on one line. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text)
}
