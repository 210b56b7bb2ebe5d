const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** Formats bytes in decimal units: `812 B`, `1.4 kB`, `12 MB`. */
export function formatBytes(bytes: number): string {
  let [value, unit] = [bytes, 0]
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 || value >= 9.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}
