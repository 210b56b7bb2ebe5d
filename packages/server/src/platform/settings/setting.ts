import { byteSize, formatBytes, type Parse } from './parse.ts'

/** One environment variable. */
export interface Setting<T> {
  readonly variable: string
  readonly meaning: string
  readonly parse: Parse<T>
  readonly fallback: T
  /** Formats a value for `parse` to parse. */
  format(value: T): string
  /** Never printed. */
  readonly secret: boolean
}

/**
 * Declares a setting with a default. Values other than strings, numbers and lists of them need a
 * `format`.
 */
export function setting<T>(
  variable: string,
  parse: Parse<T>,
  fallback: T,
  meaning: string,
  format: (value: T) => string = formatPlain,
): Setting<T> {
  return { variable, parse, fallback, meaning, format, secret: false }
}

/** Declares a size in bytes. */
export function size(variable: string, fallback: number, meaning: string): Setting<number> {
  return setting(variable, byteSize, fallback, meaning, formatBytes)
}

/** Declares a setting without a default. `meaning` explains the value null. */
export function optional<T>(variable: string, parse: Parse<T>, meaning: string): Setting<T | null> {
  return { variable, parse, fallback: null, meaning, format: formatPlain, secret: false }
}

/** Marks a setting whose value is never printed. */
export function secret<T>(of: Setting<T>): Setting<T> {
  return { ...of, secret: true }
}

function formatPlain(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : String(value)
}
