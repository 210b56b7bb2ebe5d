import type { Instant } from '../core/model.ts'

/** Returns an instant in the format of PostgreSQL. */
export function time(at: Instant | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}

/**
 * Makes a text storable: PostgreSQL's text type accepts neither byte 0 nor half a surrogate pair.
 */
export function storable(text: string | null): string | null {
  return text === null ? null : text.replaceAll('\0', '\uFFFD').toWellFormed()
}

/** Makes JSON storable: its texts come from pipelines and programs. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_, text: unknown) => (typeof text === 'string' ? storable(text) : text))
}

/** Returns SQL that compares the ids of two leases, as the core does in `isNewestLease`. */
export function isSameLease(id: string, named: string): string {
  return `coalesce(${id} = ${named}, true)`
}

export function instant(date: Date | null): Instant | null {
  return date === null ? null : date.getTime()
}
