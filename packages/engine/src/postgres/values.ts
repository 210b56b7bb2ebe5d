import type { Instant } from '../core/model.ts'

/** Writes an instant as PostgreSQL reads it. */
export function time(at: Instant | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}

/** Makes a text storable: PostgreSQL's text holds neither byte 0 nor half a surrogate pair. */
export function storable(text: string | null): string | null {
  return text === null ? null : text.replaceAll('\0', '\uFFFD').toWellFormed()
}

export function instant(date: Date | null): Instant | null {
  return date === null ? null : date.getTime()
}
