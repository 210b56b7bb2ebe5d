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
  return formatAmount(seconds / 3600)
}

/** Formats an amount of hours or days: `1,234`, `12.3`, `0.04`. */
export function formatAmount(amount: number): string {
  return amount >= 100 ? Math.round(amount).toLocaleString('en-US') : amount.toFixed(amount >= 10 ? 1 : 2)
}
