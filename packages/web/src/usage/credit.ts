/** Amounts to choose from, in dollars; others are typed. */
export const usualDollars = [10, 25, 50] as const

const most = 10_000

/** Cents of whole dollars or dollars and cents as a person types them; null for what is no amount from $1 to $10,000 (web U5). */
export function readAmount(text: string): number | null {
  const match = /^\$?\s*(\d{1,6})(?:\.(\d{2}))?$/.exec(text.trim().replaceAll(',', ''))
  if (match === null) return null
  const cents = Number(match[1]) * 100 + Number(match[2] ?? 0)
  return cents >= 100 && cents <= most * 100 ? cents : null
}
