import type { Parse } from './parse.ts'

/** One environment variable. */
export interface Setting<T> {
  readonly variable: string
  readonly meaning: string
  readonly parse: Parse<T>
  readonly fallback: T
  /** Never printed. */
  readonly secret: boolean
}

/** One with a default. */
export function setting<T>(variable: string, parse: Parse<T>, fallback: T, meaning: string): Setting<T> {
  return { variable, parse, fallback, meaning, secret: false }
}

/** Without a default: null stands for what `meaning` says. */
export function optional<T>(variable: string, parse: Parse<T>, meaning: string): Setting<T | null> {
  return { variable, parse, fallback: null, meaning, secret: false }
}

/** Marks one whose value is never printed. */
export function secret<T>(of: Setting<T>): Setting<T> {
  return { ...of, secret: true }
}
