/** Formats `$0.04`, `-$1.20`, `$1,234.50`; `—` if unknown, never `$0.00` (web B16, U1). */
export function formatCents(cents: number | null | undefined): string {
  if (cents === null || cents === undefined || !Number.isFinite(cents)) return '—'
  const dollars = (Math.abs(cents) / 100).toLocaleString('en-US', {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  })
  return `${cents < 0 ? '-' : ''}$${dollars}`
}

/** Converts seconds to hours: `12.3`, `0.04`. */
export function formatHours(seconds: number): string {
  const hours = seconds / 3600
  return hours >= 100 ? Math.round(hours).toLocaleString('en-US') : hours.toFixed(hours >= 10 ? 1 : 2)
}
