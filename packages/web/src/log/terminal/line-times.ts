/** How line times are shown (web L10). */
export type TimeMode = 'off' | 'since' | 'local' | 'utc'

/** Formats the time of a line: `+2:14.080`, or the time of day; empty if unknown or off. */
export function formatLineTime(ms: number | null, t0: string | null, mode: TimeMode): string {
  if (mode === 'off' || ms === null) return ''
  if (mode === 'since') return sinceStart(ms)
  const start = t0 === null ? Number.NaN : Date.parse(t0)
  if (!Number.isFinite(start)) return ''
  const at = new Date(start + ms)
  if (mode === 'utc') return `${at.toISOString().slice(11, 23)}Z`
  return [two(at.getHours()), two(at.getMinutes()), `${two(at.getSeconds())}.${three(at.getMilliseconds())}`].join(':')
}

function sinceStart(ms: number): string {
  const [sign, whole] = ms < 0 ? ['-', -ms] : ['+', ms]
  const [hours, minutes] = [Math.floor(whole / 3_600_000), Math.floor(whole / 60_000) % 60]
  const seconds = `${two(Math.floor(whole / 1000) % 60)}.${three(whole % 1000)}`
  return hours > 0 ? `${sign}${hours}:${two(minutes)}:${seconds}` : `${sign}${minutes}:${seconds}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

function three(value: number): string {
  return String(value).padStart(3, '0')
}

/** Returns the next mode, for the key that cycles them. */
export function nextTimes(mode: TimeMode): TimeMode {
  const modes = ['off', 'since', 'local', 'utc'] as const
  return modes[(modes.indexOf(mode) + 1) % modes.length] ?? 'off'
}
