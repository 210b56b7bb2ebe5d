import { wrongUse } from './wrong-use.ts'

/** Whole positive seconds, or a text such as `"90s"`, `"1h30m"` or `"1d"`. */
export type Duration = number | string

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const
const TEXT = /^(?:(?<d>\d+)d)?(?:(?<h>\d+)h)?(?:(?<m>\d+)m)?(?:(?<s>\d+)s)?$/

/** A duration in whole seconds, at least 1. `where` names the call in the error of a wrong one. */
export function seconds(where: string, duration: Duration): number {
  const groups = typeof duration === 'string' ? TEXT.exec(duration)?.groups : undefined
  const total = groups ? UNITS.reduce((sum, [unit, size]) => sum + Number(groups[unit] ?? 0) * size, 0) : duration
  if (typeof total === 'number' && Number.isSafeInteger(total) && total > 0) return total
  throw wrongUse(
    where,
    'whole positive seconds or a text such as "90s", "1h30m" or "1d"',
    duration,
    'Correct the duration.',
  )
}
