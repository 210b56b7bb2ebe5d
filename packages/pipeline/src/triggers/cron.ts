import { textOf, wrongUse } from '../wrong-use.ts'

const NAMES = {
  months: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  days: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
}
const FIELDS: readonly { readonly min: number; readonly max: number; readonly names?: readonly string[] }[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: NAMES.months },
  { min: 0, max: 7, names: NAMES.days },
]
const PART = /^(?<from>\*|[0-9]{1,2}|[a-z]{3})(?:-(?<to>[0-9]{1,2}|[a-z]{3}))?(?:\/(?<step>[0-9]{1,2}))?$/i
const LEAST_MINUTES = 5

/** Reads a cron expression of five fields that runs at most every five minutes. */
export function cronOf(where: string, value: unknown): string {
  const cron = textOf(where, value, 'Give a cron expression.').trim()
  const fields = cron.split(/\s+/)
  const sets = FIELDS.map((_, index) => valuesOf(fields[index] ?? '', index))
  const [minutes, hours] = sets
  if (fields.length !== FIELDS.length || sets.includes(undefined) || minutes === undefined || hours === undefined)
    throw wrongUse(where, 'five fields such as "0 3 * * 1-5"', cron, 'Correct the expression.')
  if (leastGap(minutes, hours) < LEAST_MINUTES)
    throw wrongUse(where, 'at most every five minutes', cron, 'Run it less often.')
  return cron
}

/** Reads the name of a time zone. */
export function timezoneOf(where: string, value: unknown): string {
  const name = textOf(where, value, 'Name a time zone.')
  if (/^[A-Za-z]/.test(name) && isKnown(name)) return name
  throw wrongUse(where, 'a time zone such as "Europe/Berlin"', name, 'Correct the name.')
}

function isKnown(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false // Intl has no other way to ask
  }
}

// Returns the values of a field, ascending; undefined when it is invalid.
function valuesOf(field: string, index: number): readonly number[] | undefined {
  const range = FIELDS[index]
  if (range === undefined) return undefined
  const { min, max, names } = range
  const number = (text: string) => {
    const named = names?.indexOf(text.toLowerCase()) ?? -1
    return named < 0 ? Number(text) : named + min
  }
  const values = new Set<number>()
  for (const part of field.split(',')) {
    const { from, to, step } = PART.exec(part)?.groups ?? {}
    if (from === undefined) return undefined
    const first = from === '*' ? min : number(from)
    const last = to === undefined ? (from === '*' || step !== undefined ? max : first) : number(to)
    const stride = Number(step ?? 1)
    if (!(first >= min && last <= max && first <= last && stride >= 1) || (from === '*' && to !== undefined))
      return undefined
    for (let value = first; value <= last; value += stride) values.add(value)
  }
  return [...values].sort((a, b) => a - b)
}

// Returns the shortest time between two runs in minutes, within one hour or across two.
function leastGap(minutes: readonly number[], hours: readonly number[]): number {
  const gaps = minutes.slice(1).map((minute, index) => minute - (minutes[index] ?? 0))
  const neighbours = hours.some((hour) => hours.includes((hour + 1) % 24))
  return Math.min(...gaps, neighbours ? (minutes[0] ?? 0) + 60 - (minutes.at(-1) ?? 0) : 60)
}
