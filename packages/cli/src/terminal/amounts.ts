/** Formats a running or estimated time in whole seconds, so that it changes once a second. */
export function wholeSeconds(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}m ${twoDigits(seconds % 60)}s`
  return `${Math.floor(minutes / 60)}h ${twoDigits(minutes % 60)}m`
}

/** Formats a finished time with two or three significant digits. */
export function duration(ms: number): string {
  if (ms < 999.5) return `${Math.max(0, Math.round(ms))}ms`
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)}s`
  return wholeSeconds(Math.round(ms / 1000) * 1000)
}

/** Formats a time as `2026-11-26 08:10`, in the time zone of this machine. */
export function localMinute(at: number): string {
  const date = new Date(at)
  const day = `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}`
  return `${day} ${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`
}

/** Formats a count as `1 step` or `2 steps`. */
export function count(amount: number, singular: string, plural = `${singular}s`): string {
  return `${amount} ${amount === 1 ? singular : plural}`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}

const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** Formats bytes in decimal units. */
export function bytes(count: number): string {
  let value = count
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 || value >= 9.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

const binaryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** `1.5 GiB`. */
export function byteText(bytes: number): string {
  const power = Math.min(binaryUnits.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)))
  const value = bytes / 1024 ** power
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${binaryUnits[power]}`
}
