/** Formats `0.4 s`, `2 s`, `42 s`, `2 m 14 s`, `1 h 04 m` (web B15); `—` if unknown. */
export function formatDuration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return '—'
  const whole = Math.max(0, ms)
  if (whole < 9950) return `${Number((whole / 1000).toFixed(1))} s`
  const seconds = Math.round(whole / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${two(seconds % 60)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} m`
  return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`
}

/** Formats the duration of a test, usually in milliseconds: `40 ms`, `0.4 s`. */
export function formatTestDuration(ms: number | null | undefined): string {
  return typeof ms === 'number' && ms > 0 && ms < 99.5 ? `${Math.max(1, Math.round(ms))} ms` : formatDuration(ms)
}

/** Formats `just now`, `4 min ago`, `3 h ago`, `2 d ago`; `—` if unknown. */
export function formatAgo(instant: string | null | undefined, now: number): string {
  const at = instant === null || instant === undefined ? Number.NaN : Date.parse(instant)
  if (Number.isNaN(at)) return '—'
  const seconds = Math.round((now - at) / 1000)
  if (seconds < 45) return 'just now'
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min ago`
  if (minutes < 36 * 60) return `${Math.round(minutes / 60)} h ago`
  return `${Math.round(minutes / 1440)} d ago`
}

function two(count: number): string {
  return String(count).padStart(2, '0')
}
