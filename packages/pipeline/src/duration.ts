import { grouped, misuse, wrongUse } from './wrong-use.ts'

type D = `${number}d`
type H = `${number}h`
type M = `${number}m`
type S = `${number}s`

/** Whole positive seconds, or a string such as `"90s"`, `"1h30m"` or `"1d"`. */
export type Duration =
  | number
  | (D | H | M | S)
  | (`${D}${H}` | `${D}${M}` | `${D}${S}` | `${H}${M}` | `${H}${S}` | `${M}${S}`)
  | (`${D}${H}${M}` | `${D}${H}${S}` | `${D}${M}${S}` | `${H}${M}${S}` | `${D}${H}${M}${S}`)

/** The longest timeout of a step or a build, in seconds: a week. */
export const MAX_TIMEOUT = 604_800

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const
const TEXT = /^(?:(?<d>[0-9]+)d)?(?:(?<h>[0-9]+)h)?(?:(?<m>[0-9]+)m)?(?:(?<s>[0-9]+)s)?$/

/** Reads a duration in whole seconds, from 1 to `max`. `where` names the call in an error. */
export function seconds(where: string, duration: unknown, max = Number.MAX_SAFE_INTEGER): number {
  const groups = typeof duration === 'string' ? TEXT.exec(duration)?.groups : undefined
  const total = groups ? UNITS.reduce((sum, [unit, size]) => sum + Number(groups[unit] ?? 0) * size, 0) : duration
  if (typeof total !== 'number' || !Number.isSafeInteger(total) || total <= 0)
    throw wrongUse(
      where,
      'whole positive seconds or a string such as "90s", "1h30m" or "1d"',
      duration,
      'Correct the duration.',
    )
  if (total <= max) return total
  throw misuse(where, `at most ${grouped(max)} seconds`, grouped(total), 'Shorten the duration.')
}
