import type { CachePolicy } from '../cache.ts'
import { cachePolicyOf } from '../cache.ts'
import type { Step } from '../step.ts'
import { isStep } from '../step.ts'
import { booleanOf, listOf, nameOf, textOf, wholeNumberOf, wordOf, wrongUse } from '../wrong-use.ts'

/** Reads one option of a call: returns the checked value, or its default. */
export type Reader<T> = (where: string, value: unknown) => T

/** A reader for each member of an options interface. */
export type ReadersOf<Options> = { readonly [Name in keyof Required<Options>]: Reader<unknown> }

export function flag(fallback: boolean): Reader<boolean> {
  return (where, value) => (value === undefined ? fallback : booleanOf(where, value))
}

export const text: Reader<string | undefined> = (where, value) =>
  value === undefined ? undefined : textOf(where, value, 'Give a string, or omit it.')

export function textOr(fallback: string): Reader<string> {
  return (where, value) => text(where, value) ?? fallback
}

/** Reads a list of texts, empty by default. */
export const texts: Reader<readonly string[]> = (where, value) =>
  value === undefined ? [] : listOf(where, value, (entry) => textOf(where, entry, 'Give a string.'))

export const count: Reader<number | undefined> = (where, value) =>
  value === undefined ? undefined : wholeNumberOf(where, value, 1)

export function countOr(fallback: number): Reader<number> {
  return (where, value) => count(where, value) ?? fallback
}

export function word<const T extends string>(words: readonly T[]): Reader<T | undefined> {
  return (where, value) => (value === undefined ? undefined : wordOf(where, value, words))
}

export function wordOr<const T extends string>(words: readonly T[], fallback: T): Reader<T> {
  return (where, value) => word(words)(where, value) ?? fallback
}

/** Reads a text of a given form, such as a version. `expected` names the form with an example. */
export function form(pattern: RegExp, expected: string): Reader<string | undefined> {
  return (where, value) => {
    if (value === undefined) return undefined
    if (typeof value === 'string' && pattern.test(value)) return value
    throw wrongUse(where, expected, value, 'Correct the value.')
  }
}

export function formOr(pattern: RegExp, expected: string, fallback: string): Reader<string> {
  return (where, value) => form(pattern, expected)(where, value) ?? fallback
}

/** Reads the directory of the tool's project; empty means the project directory itself. */
export const path: Reader<string> = (where, value) => (value === '' ? '.' : textOr('.')(where, value))

export const image: Reader<string | undefined> = (where, value) =>
  value === undefined ? undefined : nameOf(where, value, 'Name an image.', 512)

export const base: Reader<Step | undefined> = (where, value) => {
  if (value === undefined || isStep(value)) return value
  throw wrongUse(where, 'a step', value, 'Pass the result of sh() or of another toolchain’s install().')
}

export const cache: Reader<CachePolicy | undefined> = (where, value) =>
  value === undefined ? undefined : cachePolicyOf(where, value)
